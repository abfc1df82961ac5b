import type { ArchitectureName } from "./architectures.js";

/** Where a file is: its address, or a record of Zenodo in which a file's name matches a pattern. */
export type ZooSource =
	| string
	| { readonly record: string; readonly file: string };

/** A published checkpoint and what is known of it. */
export interface ZooEntry {
	/** The name of the file in `data/checkpoints`. */
	readonly file: string;
	/** Where it is published; the first that answers is used. */
	readonly sources: readonly ZooSource[];
	readonly model: "classifier" | "mask-rcnn" | "upernet";
	/** Of the backbone. */
	readonly architecture: ArchitectureName;
	/** Of the whole model. */
	readonly parameters: number;
	/** What is subtracted from, and divides, each channel of an image in [0, 1]: red, green, blue. */
	readonly normalization: {
		readonly mean: readonly [number, number, number];
		readonly std: readonly [number, number, number];
	};
	/** Of the repository that publishes it. */
	readonly license: string;
	/** Published top-1 accuracy on the ImageNet validation set, in percent. */
	readonly clean?: number;
	/** Published mean corruption error on ImageNet-C, relative to AlexNet, in percent. */
	readonly mce?: number;
	/** The hash of the file in hexadecimal, or its first digits where only they are known. */
	readonly sha256?: string;
}

/** What all published models expect of their images. */
export const imagenet = {
	mean: [0.485, 0.456, 0.406],
	std: [0.229, 0.224, 0.225],
} as const;
