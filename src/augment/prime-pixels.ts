import { changePixelColors } from "./color-pixels.js";
import { type Displacement, deformPixels } from "./deform-pixels.js";
import { filterPixels } from "./filter-pixels.js";
import {
	type ChangePixels,
	type PixelChange,
	type PixelSize,
	room,
} from "./pixels.js";
import type { PrimeDraw, PrimeStep } from "./prime-draw.js";
import type { PrimeOptions, Primitive } from "./prime-options.js";
import { sineTable } from "./sine-curves.js";

/** A draw, and the fields of its diffeomorphisms. */
export interface PrimeWork {
	readonly draw: PrimeDraw;
	/** Of each step; undefined where no chain chose the diffeomorphism. */
	readonly fields: readonly (Displacement | undefined)[];
}

/** The primitives of one step that chains chose; `field` is that of the diffeomorphism. */
function changesOf(
	{ choices, randomSmoothColor, randomFilter }: PrimeStep,
	size: PixelSize,
	field: Displacement | undefined,
): Partial<Record<Primitive, PixelChange>> {
	const changes: Partial<Record<Primitive, PixelChange>> = {};
	if (field) changes.diffeomorphism = deformPixels(field, size);
	if (randomSmoothColor && choices.includes("randomSmoothColor")) {
		const { frequencies, coefficients } = randomSmoothColor;
		const table = sineTable(frequencies);
		changes.randomSmoothColor = changePixelColors(coefficients, table, size);
	}
	if (randomFilter && choices.includes("randomFilter")) {
		const { kernels } = randomFilter;
		const side = Math.sqrt(kernels.length / choices.length);
		changes.randomFilter = filterPixels(kernels, side, size);
	}
	return changes;
}

/** The change of one step, for the image of any chain. */
function stepChange(
	step: PrimeStep,
	size: PixelSize,
	field: Displacement | undefined,
): PixelChange {
	const { choices } = step;
	const changes = Object.entries(changesOf(step, size, field));
	return {
		byteLength: changes.reduce(
			(sum, [, { byteLength }]) => sum + byteLength,
			0,
		),
		begin(running, at) {
			let place = at;
			const begun: Record<string, ChangePixels> = {};
			for (const [name, { byteLength, begin }] of changes) {
				begun[name] = begin(running, place);
				place += byteLength;
			}
			return (from, to, chain, levels) => {
				const choice = choices[chain] as Primitive;
				const change = begun[choice];
				if (!change)
					throw new Error(
						`chain ${chain} chose ${choice}, but the step drew nothing for it`,
					);
				change(from, to, chain, levels);
			};
		},
	};
}

/**
 * Mixes each image of a batch with its chains, as drawn: `(1 - m) x + m sum over i of w_i chain_i(x)`.
 *
 * It needs no engine, so that any thread can do it.
 */
export function mixPixels(
	{ draw, fields }: PrimeWork,
	{ width, white }: PrimeOptions,
	size: PixelSize,
): PixelChange {
	const { mixing, weights, depths } = draw;
	const steps = draw.steps.map((step, i) => stepChange(step, size, fields[i]));
	const batch = mixing.length;
	const count = 3 * size.height * size.width;
	const imageBytes = room(4 * count);
	const isScaled = white !== 1;
	const own = (isScaled ? 3 : 2) * imageBytes + room(count);
	return {
		byteLength: steps.reduce((sum, { byteLength }) => sum + byteLength, own),
		begin(running, at) {
			const { kernels } = running;
			const buffers = [at, at + imageBytes];
			const ownLevels = at + 2 * imageBytes;
			const scaled = ownLevels + room(count);
			let place = at + own;
			const begun = steps.map(({ byteLength, begin }) => {
				const from = place;
				place += byteLength;
				return begin(running, from);
			});
			const levelsOf = (from: number): number | undefined =>
				kernels.levelsOfValues(from, count, ownLevels) ? ownLevels : undefined;
			return (from, to, index, given) => {
				const m = mixing[index]!;
				if (isScaled) kernels.takeShare(from, count, white, scaled);
				const image = isScaled ? scaled : from;
				const levels = isScaled ? undefined : (given ?? levelsOf(from));
				kernels.takeShare(image, count, 1 - m, to);
				for (let w = 0; w < width; w++) {
					const chain = w * batch + index;
					const depth = Math.min(depths[chain]!, steps.length);
					let changed = image;
					for (let step = 0; step < depth; step++) {
						const next = buffers[step % 2]!;
						begun[step]!(changed, next, chain, step === 0 ? levels : undefined);
						changed = next;
					}
					const share = m * weights[index * width + w]!;
					kernels.addShare(changed, count, share, to);
				}
				if (isScaled) kernels.divideBy(to, count, white);
			};
		},
	};
}
