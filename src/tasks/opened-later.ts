import { exampleId } from "./example-id.js";
import type { Dataset } from "./task.js";

/** What only some data sets have. */
type Part = "group" | "place" | "target";

/** A data set of a name that is opened when something is first asked of it; `has` says what it has of what only some have. */
export function openedLater<Target>(
	name: string,
	make: () => Dataset<Target>,
	has: readonly Part[] = [],
): Dataset<Target> {
	let opened: Dataset<Target> | undefined;
	const open = (): Dataset<Target> => {
		opened ??= make();
		return opened;
	};
	return {
		name,
		get contents() {
			return open().contents;
		},
		get length() {
			return open().length;
		},
		...Object.fromEntries(
			has.map((part) => [part, (index: number) => open()[part]?.(index)]),
		),
		id: (index) => exampleId(open(), index),
		sample: (index) => open().sample(index),
	};
}
