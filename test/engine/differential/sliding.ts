import type { Random } from "../../../src/index.js";
import { chance, pick } from "./draw.js";

type Pad = "same" | "valid" | number;

export interface Sliding {
	readonly image: readonly number[];
	readonly kernel: readonly [height: number, width: number];
	readonly strides: readonly [number, number];
	readonly dilations: readonly [number, number];
	readonly pad: Pad;
}

/** An image and a window that fits into it. */
export function sliding(
	random: Random,
	channels: number,
	{ dilates = false } = {},
): Sliding {
	// With a number for its padding, TensorFlow.js takes the height's kernel and stride for the width too.
	const pads = chance(random, 0.3);
	const two = (most: number): readonly [number, number] => {
		const first = random.integer(1, most);
		return [first, pads ? first : random.integer(1, most)];
	};
	const kernel = two(4);
	const isDilated = dilates && chance(random, 0.25);
	const dilation = isDilated ? 2 : 1;
	const strides = isDilated ? ([1, 1] as const) : two(4);
	const side = (length: number) =>
		dilation * (length - 1) + 1 + random.integer(0, 7);
	// Now and then as many as stand in blocks.
	const some = (): number => (chance(random, 0.2) ? 16 : random.integer(1, 3));
	return {
		image: [
			chance(random, 0.05) ? 0 : some(),
			side(kernel[0]),
			side(kernel[1]),
			channels,
		],
		kernel,
		strides,
		dilations: [dilation, dilation],
		pad: pads
			? random.integer(0, kernel[0])
			: pick(random, ["same", "valid"] as const),
	};
}

const outSide = (
	length: number,
	kernel: number,
	{ stride, dilation, pad }: { stride: number; dilation: number; pad: Pad },
): number => {
	if (pad === "same") return Math.ceil(length / stride);
	const border = pad === "valid" ? 0 : pad;
	const span = dilation * (kernel - 1) + 1;
	return Math.floor((length + 2 * border - span) / stride) + 1;
};

/** The shape of what the windows give. */
export const outShape = (
	{ image, kernel, strides, dilations, pad }: Sliding,
	channels: number,
): number[] => {
	const along = (axis: 0 | 1): number =>
		outSide(image[axis + 1] as number, kernel[axis], {
			stride: strides[axis],
			dilation: dilations[axis],
			pad,
		});
	return [image[0] as number, along(0), along(1), channels];
};

export const channelsOf = (random: Random): number =>
	pick(random, [1, 2, 3, 5, 16, 17]);
