import type { FloatImage } from "./image.js";
import { pairwiseSum } from "./pairwise-sum.js";
import { addTaps } from "./rows.js";
import { scratchFloats } from "./scratch.js";

/** A blur along a line. */
export interface Motion {
	/** Half the length of the line, in pixels: an integer. */
	readonly radius: number;
	/** The standard deviation, in pixels, of the weights along the line. */
	readonly sigma: number;
	/** The direction in degrees; 0 is along the rows. */
	readonly angle: number;
}

/**
 * Blurs an image along a line that starts at each pixel, edge pixels repeated.
 *
 * `out[y, x] = sum_i weight_i · image[y + ceil(i · sin - 0.5), x + ceil(i · cos - 0.5)]`, `i = 0 .. 2 · radius`;
 * the line is cut where it is longer than the image.
 * Source: `_motion_blur` of imagecorruptions; the same mathematics as ImageMagick's MotionBlurImage.
 */
export function motionBlur(image: FloatImage, motion: Motion): FloatImage {
	const steps = motionSteps(image, motion);
	const { height, width, channels } = image;
	const padding = {
		down: Math.max(...steps.map(({ dy }) => Math.abs(dy))),
		across: Math.max(...steps.map(({ dx }) => Math.abs(dx))),
	};
	const padded = padEdges(image, padding);
	const stride = (width + 2 * padding.across) * channels;
	const offsets = Int32Array.from(
		steps,
		({ dx, dy }) =>
			(padding.down + dy) * stride + (padding.across + dx) * channels,
	);
	const weights = Float64Array.from(steps, ({ weight }) => weight);
	const data = scratchFloats(image.data.length).fill(0);
	const length = width * channels;
	for (let y = 0; y < height; y++) {
		addTaps(data.subarray(y * length, (y + 1) * length), padded, {
			starts: offsets.map((offset) => y * stride + offset),
			weights,
		});
	}
	return { data, height, width, channels };
}

/** One point of the line. */
interface Step {
	readonly dx: number;
	readonly dy: number;
	readonly weight: number;
}

function motionSteps(
	{ height, width }: FloatImage,
	{ radius, sigma, angle }: Motion,
): Step[] {
	const length = 2 * radius + 1;
	const weights = Float64Array.from(
		{ length },
		(_, i) =>
			Math.exp(-(i ** 2) / (2 * sigma ** 2)) / (Math.sqrt(2 * Math.PI) * sigma),
	);
	const sum = pairwiseSum(weights);
	const direction = (angle * Math.PI) / 180;
	const down = length * Math.sin(direction);
	const across = length * Math.cos(direction);
	const hypotenuse = Math.hypot(down, across);
	const steps = Array.from(weights, (weight, i) => ({
		dx: Math.ceil((i * across) / hypotenuse - 0.5),
		dy: Math.ceil((i * down) / hypotenuse - 0.5),
		weight: weight / sum,
	}));
	const cut = steps.findIndex(
		({ dx, dy }) => Math.abs(dx) >= width || Math.abs(dy) >= height,
	);
	return cut < 0 ? steps : steps.slice(0, cut);
}

function padEdges(
	{ data, height, width, channels }: FloatImage,
	{ down, across }: { down: number; across: number },
): Float64Array {
	const stride = (width + 2 * across) * channels;
	const padded = scratchFloats((height + 2 * down) * stride);
	const length = width * channels;
	for (let y = 0; y < height; y++) {
		const start = (y + down) * stride;
		const from = start + across * channels;
		padded.set(data.subarray(y * length, (y + 1) * length), from);
		for (let i = 0; i < across * channels; i++) {
			padded[start + i] = padded[from + (i % channels)]!;
			padded[from + length + i] =
				padded[from + length - channels + (i % channels)]!;
		}
	}
	for (let y = 0; y < down; y++) {
		padded.copyWithin(y * stride, down * stride, (down + 1) * stride);
		padded.copyWithin(
			(down + height + y) * stride,
			(down + height - 1) * stride,
			(down + height) * stride,
		);
	}
	return padded;
}
