/** Corruptions of one's own, which threads find here. */
import { isMainThread } from "node:worker_threads";
import type { CorruptionParts } from "../../src/corruptions/corruption.js";
import { defineCorruption } from "../../src/corruptions/define-corruption.js";

/** Mixes each value with gray, and moves it by a random number, in place. */
const parts: CorruptionParts<number> = {
	name: "haze",
	constants: [0.1, 0.2, 0.3, 0.5, 0.8],
	apply(image, share, { draws }) {
		const { data } = image;
		const noise = draws.uniforms(data.length, -5, 5);
		for (let i = 0; i < data.length; i++)
			data[i] = Math.round(
				(1 - share) * (data[i] as number) +
					share * (128 + (noise[i] as number)),
			);
		return image;
	},
};

export const haze = defineCorruption({
	...parts,
	source: { module: import.meta.url, name: "haze" },
});

/** The same, which no thread finds. */
export const veil = defineCorruption({ ...parts, name: "veil" });

/** Another one of the same name. */
export const otherHaze = defineCorruption({
	...parts,
	constants: [0.2, 0.4, 0.6, 0.8, 0.9],
});

const whole = {
	constants: [1, 2, 3, 4, 5] as const,
	apply: (image) => ({
		...image,
		data: new Uint8Array(image.data.length).fill(isMainThread ? 1 : 2),
	}),
} satisfies Partial<CorruptionParts<number>>;

/** Paints the image with 1 in the main thread, with 2 in others. */
export const painted = defineCorruption({
	...whole,
	name: "painted",
	source: { module: import.meta.url, name: "painted" },
});

/** The same, which no thread finds. */
export const paintedHere = defineCorruption({ ...whole, name: "painted-here" });

const refusing = {
	constants: [1, 2, 3, 4, 5] as const,
	apply(image) {
		if (isMainThread) throw new Error("applied in the main thread");
		return image;
	},
} satisfies Partial<CorruptionParts<number>>;

/** Leaves the image as it is, in a thread only. */
export const threadsOnly = defineCorruption({
	...refusing,
	name: "threads-only",
	source: { module: import.meta.url, name: "threadsOnly" },
});

/** The same, which no thread finds. */
export const nowhere = defineCorruption({ ...refusing, name: "nowhere" });

/** Its source names another export. */
export const misplaced = defineCorruption({
	...parts,
	name: "misplaced",
	source: { module: import.meta.url, name: "haze" },
});

export const nothing = 5;
