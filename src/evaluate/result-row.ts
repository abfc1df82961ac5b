import type {
	CorruptionGroup,
	CorruptionLabel,
	Severity,
	Variant,
} from "../corruptions/corruption.js";
import type { CorruptedAt } from "../tasks/task.js";

/** One score: a run under one corruption at one severity. */
export interface ResultRow {
	/** The id of the run. */
	readonly run: string;
	/** Updates made so far, where the run was not finished when it was scored; rows of finished runs have none. */
	readonly step?: number;
	readonly task: string;
	/** Whether the task is a small stand-in for a real benchmark. */
	readonly miniature: boolean;
	readonly backbone: string;
	readonly transfer: string;
	/** The names of the augmentations, in turn: `prime`, `trivial-augment+mixup`, or `none`. */
	readonly augment: string;
	readonly reading: string;
	readonly learningRate: number;
	readonly seed: number;
	/**
	 * A hash of all else that distinguishes the run: length, schedule, the weights it began with, its
	 * training images; rows of early versions have none.
	 */
	readonly recipe?: string;
	/**
	 * What changes of the task the run was trained with are called, and what its recipe has of someone's own, its loss
	 * and its rules about weights by name; left out where there is none.
	 */
	readonly variation?: string;
	/**
	 * A hash of how images are scored: test data, classes, and changes of the task that only scores depend on; rows
	 * of early versions have none.
	 */
	readonly scoring?: string;
	/** What the network was adapted by to the images it was scored on, such as `bn16`; left out where it was not. */
	readonly adaptation?: string;
	/** Of what adapted it: a hash of its settings, the order of the images and the size of a batch. */
	readonly adaptationCode?: string;
	/** `last` where a run that ends with an average of its weights was scored with the last ones; left out otherwise. */
	readonly weights?: "last";
	readonly corruption: CorruptionLabel | "clean";
	/**
	 * Of a corruption of one's own: a hash of its functions and constants; of a published one, of its files; left out for
	 * a built-in one.
	 */
	readonly corruptionCode?: string;
	/** Of a corruption of one's own: `own`, or what it says; `domain` of published images that are others than the test's. */
	readonly group: CorruptionGroup | "clean" | "own" | (string & {});
	/** 0 for clean. */
	readonly severity: Severity | 0;
	readonly metric: string;
	/** A percentage. */
	readonly score: number;
	/** The name of the test set. */
	readonly data: string;
	/** How many test images, from the first. */
	readonly images: number;
	/** Whose constants the corruption has; null for clean. */
	readonly variant: Variant | null;
	/** How the corruption saw the channels; null for clean. */
	readonly channelOrder: "rgb" | "bgr" | null;
	/** What the corruption was drawn with; null for clean. */
	readonly corruptionSeed: number | null;
	/** Of corruptions that use frost: `procedural`, or `pictures` and a hash of them; null for the others. */
	readonly frost: string | null;
	/** `published` where the corrupted images were read as someone published them; left out where they were drawn. */
	readonly source?: "published";
	/** Of published images: the name of their set, such as `imagenet-c`. */
	readonly set?: string;
	/** `seen` where images were corrupted resized and cropped, as the network sees them; left out where as given. */
	readonly corruptedAt?: CorruptedAt;
	/** How long it took, corruption included, for all runs that were evaluated together. */
	readonly seconds: number;
	/** Further figures of the metric by name, such as `mask AP` or `IoU: sky`. */
	readonly details?: Readonly<Record<string, number>>;
	/** How many of the images could not be read and were left out. */
	readonly skipped?: number;
	/** Where single predictions are right or wrong: a bit for each image, first image first, in base64. */
	readonly correct?: string;
	/**
	 * The file of what the score is made of, image by image; in `results.jsonl` its name in the folder `per-image` of
	 * the run. Rows of early versions, and of metrics that do not say it, have none.
	 */
	readonly perImage?: string;
}

/** Packs one bit for each image: image 0 is the lowest bit of the first byte. */
export function packHits(hits: readonly boolean[]): string {
	const bytes = new Uint8Array(Math.ceil(hits.length / 8));
	hits.forEach((hit, i) => {
		if (hit) bytes[i >> 3] = (bytes[i >> 3] as number) | (1 << (i & 7));
	});
	return Buffer.from(bytes).toString("base64");
}

/** The bits that `packHits` packed. */
export function unpackHits(packed: string, images: number): boolean[] {
	const bytes = Buffer.from(packed, "base64");
	return Array.from(
		{ length: images },
		(_, i) => (((bytes[i >> 3] ?? 0) >> (i & 7)) & 1) === 1,
	);
}
