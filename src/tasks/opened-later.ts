import { exampleId } from "./example-id.js";
import type { Dataset } from "./task.js";

/** A data set of a name that is opened when something is first asked of it; `grouped` where it groups its examples. */
export function openedLater<Target>(
	name: string,
	make: () => Dataset<Target>,
	{ grouped = false } = {},
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
		...(grouped && { group: (index: number) => open().group!(index) }),
		id: (index) => exampleId(open(), index),
		sample: (index) => open().sample(index),
	};
}
