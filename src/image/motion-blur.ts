import type { FloatImage, Image } from "./image.js";
import { pairwiseSum } from "./pairwise-sum.js";
import { scratchFloats } from "./scratch.js";
import { type RunningKernels, simdKernels } from "./simd-kernels.js";

/** A blur along a line. */
export interface Motion {
	/** Half the length of the line, in pixels: an integer. */
	readonly radius: number;
	/** The standard deviation, in pixels, of the weights along the line. */
	readonly sigma: number;
	/** The direction in degrees; 0 is along the rows. */
	readonly angle: number;
}

/** One point of the line. */
interface Step {
	readonly dx: number;
	readonly dy: number;
	readonly weight: number;
}

function motionSteps(
	{ height, width }: Pick<FloatImage, "height" | "width">,
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

/** How rows of one size are blurred. */
interface MotionPlan {
	readonly height: number;
	readonly length: number;
	readonly channels: number;
	readonly steps: readonly Step[];
	/** How far the line reaches to each side, in numbers. */
	readonly margin: number;
	/** How far it reaches down, in rows. */
	readonly ahead: number;
	/** Where things lie in the memory of the kernels: taps, a row that is done, and as many rows as are needed. */
	readonly done: number;
	readonly rows: number;
	readonly stride: number;
	readonly slots: number;
	readonly byteLength: number;
}

/** Kernels write up to 7 numbers too many. */
const roomOf = (numbers: number): number => 8 * (numbers + 7);

function planMotion(
	image: Omit<FloatImage, "data">,
	motion: Motion,
): MotionPlan {
	const steps = motionSteps(image, motion);
	const { height, width, channels } = image;
	const length = width * channels;
	const margin = channels * Math.max(...steps.map(({ dx }) => Math.abs(dx)));
	const downs = steps.map(({ dy }) => dy);
	const ahead = Math.max(...downs);
	const slots = Math.min(height, ahead - Math.min(...downs) + 1);
	const done = 16 * steps.length;
	const rows = done + roomOf(length);
	const stride = roomOf(length + 2 * margin);
	const byteLength = rows + slots * stride;
	const places = { done, rows, stride, slots, byteLength };
	return { height, length, channels, steps, margin, ahead, ...places };
}

/** Repeats the pixels at the ends of a row. */
function padRow(
	doubles: Float64Array,
	{ length, channels, margin }: MotionPlan,
	at: number,
): void {
	const last = at + length - channels;
	for (let i = 0; i < margin; i += channels)
		for (let c = 0; c < channels; c++) {
			doubles[at - margin + i + c] = doubles[at + c]!;
			doubles[at + length + i + c] = doubles[last + c]!;
		}
}

/** As `blurRows` of a Gaussian: `read` and `write` are told where a row of numbers of 64 bits is written or found. */
function blurRows(
	{ kernels, words, doubles }: RunningKernels,
	plan: MotionPlan,
	{
		read,
		write,
	}: {
		read(y: number, address: number): void;
		write(y: number, address: number): void;
	},
): void {
	const { height, length, channels, steps, done } = plan;
	const placeOf = (y: number): number =>
		plan.rows + (y % plan.slots) * plan.stride + 8 * plan.margin;
	steps.forEach(({ weight }, k) => {
		doubles[2 * k + 1] = weight;
	});
	for (let y = 0, next = 0; y < height; y++) {
		for (; next < height && next <= y + plan.ahead; next++) {
			read(next, placeOf(next));
			padRow(doubles, plan, placeOf(next) / 8);
		}
		for (let k = 0; k < steps.length; k++) {
			const { dx, dy } = steps[k]!;
			const row = Math.min(Math.max(y + dy, 0), height - 1);
			words[4 * k] = placeOf(row) + 8 * dx * channels;
		}
		kernels.addRows(length, 0, steps.length, done);
		write(y, done);
	}
}

/**
 * Blurs an image along a line that starts at each pixel, edge pixels repeated.
 *
 * `out[y, x] = sum_i weight_i · image[y + ceil(i · sin - 0.5), x + ceil(i · cos - 0.5)]`, `i = 0 .. 2 · radius`;
 * the line is cut where it is longer than the image.
 * Source: `_motion_blur` of imagecorruptions; the same mathematics as ImageMagick's MotionBlurImage.
 */
export function motionBlur(image: FloatImage, motion: Motion): FloatImage {
	const plan = planMotion(image, motion);
	const running = simdKernels(plan.byteLength);
	const { doubles } = running;
	const { length } = plan;
	const { height, width, channels } = image;
	const data = scratchFloats(image.data.length);
	blurRows(running, plan, {
		read(y, address) {
			const row = image.data.subarray(y * length, (y + 1) * length);
			doubles.set(row, address / 8);
		},
		write(y, address) {
			const row = doubles.subarray(address / 8, address / 8 + length);
			data.set(row, y * length);
		},
	});
	return { data, height, width, channels };
}

/**
 * An 8-bit image, blurred as `motionBlur` does and cut down to integers, of at most 255; before that, rounded to the
 * nearest multiple of `1 / parts`, if there are any.
 */
export function motionBlurBytes(
	{ data, height, width }: Image,
	motion: Motion,
	parts?: number,
): Image {
	const plan = planMotion({ height, width, channels: 3 }, motion);
	const { length, byteLength } = plan;
	const running = simdKernels(byteLength + data.length);
	const { kernels, bytes } = running;
	bytes.set(data, byteLength);
	blurRows(running, plan, {
		read: (y, address) =>
			kernels.bytesToDoubles(length, byteLength + y * length, 1, address),
		write(y, address) {
			if (parts !== undefined) kernels.roundToParts(length, address, parts);
			// This row has been read.
			kernels.doublesToBytes(length, address, 1, byteLength + y * length);
		},
	});
	const blurred = bytes.slice(byteLength, byteLength + data.length);
	return { data: blurred, height, width };
}
