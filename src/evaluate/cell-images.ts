import { corruptAll } from "../corruptions/corrupt-all.js";
import type { CorruptionName, Severity } from "../corruptions/corruption.js";
import type { Sample, Task } from "../tasks/task.js";
import { remembered } from "../train/remembered.js";
import type { Cell } from "./cell.js";
import type { Settled } from "./evaluate-options.js";

/** The test images of one cell after another; workers corrupt those to come meanwhile. */
export async function* imagesOf<Target>(
	task: Task<Target, unknown>,
	cells: readonly Cell[],
	options: Settled,
): AsyncGenerator<Sample<Target>> {
	const { images, batchSize, workers, seed, channelOrder, frostPictures } =
		options;
	const corrupted = cells.filter(({ severity }) => severity !== 0);
	function* requests() {
		for (const { corruption, severity } of corrupted)
			for (let i = 0; i < images; i++)
				yield {
					...remembered(task.test, i),
					corruption: corruption as CorruptionName,
					severity: severity as Severity,
				};
	}
	for (const { severity } of cells)
		if (severity === 0)
			for (let i = 0; i < images; i++) yield remembered(task.test, i);
	if (corrupted.length === 0) return;
	yield* corruptAll(requests(), {
		variant: task.corruptionVariant,
		seed,
		channelOrder,
		frostPictures,
		workers,
		// A forward pass keeps the main thread busy for as long as a batch lasts.
		inFlight: 2 * batchSize,
	});
}

/** The next so many items of a stream; throws where it has fewer. */
export async function take<Item>(
	stream: AsyncGenerator<Item>,
	count: number,
): Promise<Item[]> {
	const items: Item[] = [];
	while (items.length < count) {
		const { value, done } = await stream.next();
		if (done) throw new Error("the stream of images ended early");
		items.push(value);
	}
	return items;
}
