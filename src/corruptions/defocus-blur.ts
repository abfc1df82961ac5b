import { diskFilter } from "../image/disk-filter.js";
import type { Disk } from "../image/disk-kernel.js";
import { defineCorruption } from "./define-corruption.js";

const imagenet = [
	{ radius: 3, softness: 0.1 },
	{ radius: 4, softness: 0.5 },
	{ radius: 6, softness: 0.5 },
	{ radius: 8, softness: 0.5 },
	{ radius: 10, softness: 0.5 },
] as const;

/** Every point spread over a disk, as by a lens out of focus. */
export const defocusBlur = defineCorruption<Disk>({
	name: "defocus-blur",
	constants: {
		"any-size": imagenet,
		"imagenet-c": imagenet,
		"cifar-10-c": [
			{ radius: 0.3, softness: 0.4 },
			{ radius: 0.4, softness: 0.5 },
			{ radius: 0.5, softness: 0.6 },
			{ radius: 1, softness: 0.2 },
			{ radius: 1.5, softness: 0.1 },
		],
	},
	apply: diskFilter,
	source: { module: import.meta.url, name: "defocusBlur" },
});
