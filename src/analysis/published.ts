/** A line of the study's tables, as printed. */
export interface PublishedScore {
	readonly task: "coco" | "ade20k";
	readonly metric: "box AP" | "mIoU";
	readonly backbone: "resnet50/prime";
	readonly transfer: "full-network";
	/** `prime`: PRIME during transfer too, which the study calls PR-PRIME. */
	readonly augment: "none" | "prime";
	readonly clean: number;
	/** The mean of fifteen corruptions at severity 1. */
	readonly corrupted: number;
	readonly drop: number;
}

const common = {
	backbone: "resnet50/prime",
	transfer: "full-network",
} as const;
const coco = { task: "coco", metric: "box AP", ...common } as const;
const ade20k = { task: "ade20k", metric: "mIoU", ...common } as const;

/**
 * The scores that the study published in numbers, in percent.
 *
 * Drops are of unrounded scores: they differ from those of the printed scores by up to 0.03.
 *
 * Source: Yamada and Otani 2022, supplement, Tables 4 (COCO) and 5 (ADE20K).
 */
export const publishedScores: readonly PublishedScore[] = Object.freeze([
	{ ...coco, augment: "none", clean: 36.42, corrupted: 28.3, drop: 22.29 },
	{ ...coco, augment: "prime", clean: 31.47, corrupted: 24.8, drop: 21.21 },
	{ ...ade20k, augment: "none", clean: 40.64, corrupted: 28.56, drop: 29.73 },
	{ ...ade20k, augment: "prime", clean: 40.91, corrupted: 30.56, drop: 25.31 },
]);
