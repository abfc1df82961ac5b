import { corruptOne } from "../corruptions/corrupt-worker.js";
import type {
	Corruption,
	Severity,
	Variant,
} from "../corruptions/corruption.js";
import type { Image } from "../image/image.js";
import { remembered } from "../tasks/remembered.js";
import type { Sample, Task } from "../tasks/task.js";
import type { Prepared } from "../train/predictor.js";
import type { Cell } from "./cell.js";
import type { Settled } from "./evaluate-options.js";
import {
	isPublished,
	type PublishedCorruption,
	type PublishedImages,
} from "./published/published-corruption.js";

/** An example that could not be read, and why. */
export interface Unread {
	readonly unread: string;
}

/** A test image that is ready to be scored. */
export type Readable<Target> = Prepared & { readonly target: Target };

/** A test image, or why it could not be read. */
export type TestImage<Target> = Readable<Target> | Unread;

/** What of a cell says how its images are corrupted. */
export type Condition = Pick<Cell, "applied" | "severity">;

/** How images are corrupted in all cells. */
export interface Corrupting
	extends Pick<
		Settled,
		"seed" | "channelOrder" | "frostPictures" | "corruptedAt"
	> {
	readonly variant: Variant;
}

/** What a function reads, or why it could not be read. */
function readable<Read>(read: () => Read): Read | Unread {
	try {
		return read();
	} catch (error) {
		return { unread: (error as Error).message };
	}
}

/** A test example, or why it could not be read. */
export const readTest = <Target>(
	{ test }: Pick<Task<Target, unknown>, "test">,
	index: number,
	mostBytes?: number,
): Sample<Target> | Unread =>
	readable(() => remembered(test, index, mostBytes));

/** An example that the network sees as it is. */
const seenTest = <Target>({
	image,
	target,
}: Pick<Sample<Target>, "image" | "target">): Readable<Target> => ({
	image,
	given: { height: image.height, width: image.width },
	target,
});

/** An example as it is shown to the network: `image` is its own, or corrupted. */
export const prepareTest = <Target>(
	{ prepare }: Pick<Task<Target, unknown>, "prepare">,
	{ image, target }: Pick<Sample<Target>, "image" | "target">,
): Readable<Target> => ({
	...seenTest({ image, target }),
	image: prepare(image),
});

/** Reads and prepares published images, by index; only those of one condition are kept open. */
function publishedImages<Target>(task: Task<Target, unknown>) {
	let opened: PublishedImages<Target> | undefined;
	let condition: unknown[] = [];
	return (
		index: number,
		applied: PublishedCorruption,
		severity: Severity,
	): TestImage<Target> => {
		if (!opened || condition[0] !== applied || condition[1] !== severity)
			opened = applied.open(task, severity);
		condition = [applied, severity];
		const { data, isSeen } = opened;
		// Each is read once: nothing is gained by remembering it.
		const sample = readable(() => data.sample(index));
		if ("unread" in sample) return sample;
		opened.checkImage(sample.image, index);
		return isSeen ? seenTest(sample) : prepareTest(task, sample);
	};
}

/** Reads, corrupts and prepares test images, by index and cell. */
export function testImages<Target>(
	task: Task<Target, unknown>,
	{
		mostBytes,
		corruptedAt,
		...corrupting
	}: Corrupting & { readonly mostBytes?: number },
): (index: number, condition: Condition) => TestImage<Target> {
	const publishedImage = publishedImages(task);
	const corrupted = (
		image: Image,
		applied: Corruption,
		options: { readonly id: string; readonly severity: Severity },
	) => corruptOne(image, applied, { ...corrupting, ...options });
	return (index, { applied, severity: given }) => {
		const severity = given as Severity;
		if (isPublished(applied)) return publishedImage(index, applied, severity);
		const sample = readTest(task, index, mostBytes);
		if ("unread" in sample) return sample;
		const { id, target } = sample;
		if (applied === null) return prepareTest(task, sample);
		if (corruptedAt === "given") {
			const image = corrupted(sample.image, applied, { id, severity });
			return prepareTest(task, { image, target });
		}
		const shown = prepareTest(task, sample);
		const image = corrupted(shown.image, applied, { id, severity });
		return { ...shown, image };
	};
}
