import { corruptOne } from "../corruptions/corrupt-worker.js";
import type { Severity, Variant } from "../corruptions/corruption.js";
import { remembered } from "../tasks/remembered.js";
import type { Sample, Task } from "../tasks/task.js";
import type { Prepared } from "../train/predictor.js";
import type { Cell } from "./cell.js";
import type { Settled } from "./evaluate-options.js";

/** An example that could not be read, and why. */
export interface Unread {
	readonly unread: string;
}

/** A test image that is ready to be scored. */
export type TestImage<Target> =
	| (Prepared & { readonly target: Target })
	| Unread;

/** What of a cell says how its images are corrupted. */
export type Condition = Pick<Cell, "applied" | "severity">;

/** How images are corrupted in all cells. */
export interface Corrupting
	extends Pick<Settled, "seed" | "channelOrder" | "frostPictures"> {
	readonly variant: Variant;
}

/** A test example, or why it could not be read. */
export function readTest<Target>(
	{ test }: Pick<Task<Target, unknown>, "test">,
	index: number,
	mostBytes?: number,
): Sample<Target> | Unread {
	try {
		return remembered(test, index, mostBytes);
	} catch (error) {
		return { unread: (error as Error).message };
	}
}

/** An example as it is shown to the network: `image` is its own, or corrupted. */
export const prepareTest = <Target>(
	{ prepare }: Pick<Task<Target, unknown>, "prepare">,
	{ image, target }: Pick<Sample<Target>, "image" | "target">,
): TestImage<Target> => ({
	image: prepare(image),
	given: { height: image.height, width: image.width },
	target,
});

/** Reads, corrupts and prepares test images, by index and cell. */
export function testImages<Target>(
	task: Task<Target, unknown>,
	{ mostBytes, ...corrupting }: Corrupting & { readonly mostBytes?: number },
): (index: number, condition: Condition) => TestImage<Target> {
	return (index, { applied, severity }) => {
		const sample = readTest(task, index, mostBytes);
		if ("unread" in sample) return sample;
		const { id, target } = sample;
		if (applied === null) return prepareTest(task, sample);
		const image = corruptOne(sample.image, applied, {
			...corrupting,
			id,
			severity: severity as Severity,
		});
		return prepareTest(task, { image, target });
	};
}
