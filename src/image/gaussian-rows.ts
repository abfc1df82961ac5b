import { type EdgeMode, edgeIndex } from "./edge.js";
import type { FloatImage } from "./image.js";
import { pairwiseSum } from "./pairwise-sum.js";
import type { RunningKernels } from "./simd-kernels.js";

/** How rows and columns of one size are blurred. */
export interface GaussianPlan {
	readonly height: number;
	/** How many numbers a row has: those of one pixel lie `channels` apart from the next one's. */
	readonly length: number;
	readonly channels: number;
	readonly mode: EdgeMode;
	/** The weights from the center outwards. */
	readonly down: Float64Array;
	readonly across: Float64Array;
	/** How much of the memory of the kernels it takes. */
	readonly byteLength: number;
}

/** The weights of a Gaussian from its center outwards, of radius `floor(truncate · sigma + 0.5)`. */
function halfKernel(sigma: number, truncate: number): Float64Array {
	if (sigma <= 1e-15) return Float64Array.of(1);
	const radius = Math.floor(truncate * sigma + 0.5);
	const kernel = new Float64Array(2 * radius + 1);
	const scale = -0.5 / (sigma * sigma);
	for (let i = 0; i < kernel.length; i++) {
		kernel[i] = Math.exp(scale * (i - radius) ** 2);
	}
	const sum = pairwiseSum(kernel);
	return kernel.subarray(radius).map((weight) => weight / sum);
}

/** How an image is blurred; `sigma` in pixels, of the columns and of the rows, `truncate` in units of it. */
export function planGaussian(
	{ height, width, channels }: Omit<FloatImage, "data">,
	[vertical, horizontal]: readonly [number, number],
	{ mode, truncate }: { mode: EdgeMode; truncate: number },
): GaussianPlan {
	const down = halfKernel(vertical, truncate);
	const across = halfKernel(horizontal, truncate);
	const plan = { height, length: width * channels, channels, mode };
	const whole = { ...plan, down, across, byteLength: 0 };
	return { ...whole, byteLength: placesOf(whole, 0).end };
}

/** Kernels write up to 7 numbers too many. */
const roomOf = (numbers: number): number => 8 * (numbers + 7);

/** Where things lie in the memory: taps of both directions, a row and its margins, one that is done, and rows. */
function placesOf(
	{ height, length, channels, down, across }: GaussianPlan,
	at: number,
) {
	const acrossTaps = at + 16 * down.length;
	const padded = acrossTaps + 16 * across.length;
	const row = padded + 8 * (across.length - 1) * channels;
	const done = row + roomOf(length + (across.length - 1) * channels);
	const rows = done + roomOf(length);
	const stride = roomOf(length);
	// A row is kept until those that it counts for are done.
	const slots = Math.min(height, 2 * down.length - 1);
	const end = rows + slots * stride;
	return { downTaps: at, acrossTaps, row, done, rows, stride, slots, end };
}

/** The taps of a symmetric kernel: pairs of addresses and their weights, the outermost first, as scipy adds them. */
function setTaps(
	{ words, doubles }: RunningKernels,
	{ at, kernel }: { at: number; kernel: Float64Array },
	place: (offset: number) => number,
): void {
	const radius = kernel.length - 1;
	for (let k = 0; k < radius; k++) {
		words[at / 4 + 4 * k] = place(k - radius);
		words[at / 4 + 4 * k + 1] = place(radius - k);
		doubles[at / 8 + 2 * k + 1] = kernel[radius - k]!;
	}
}

/** Writes what is beyond the ends of a row. */
function padRow(
	doubles: Float64Array,
	{ length, channels, mode, across }: GaussianPlan,
	at: number,
): void {
	const width = length / channels;
	for (let x = 1 - across.length; x < 0; x++) {
		const left = at + edgeIndex(x, width, mode) * channels;
		const right = at + edgeIndex(width - 1 - x, width, mode) * channels;
		for (let c = 0; c < channels; c++) {
			doubles[at + x * channels + c] = doubles[left + c]!;
			doubles[at + (width - 1 - x) * channels + c] = doubles[right + c]!;
		}
	}
}

/**
 * Blurs rows, each taken once, in order, and given away once, in order: `read` and `write` are told an address, where
 * `length` numbers of 64 bits are written or found.
 *
 * A row is read before it is written. The plan takes `byteLength` bytes of memory from `at`, a multiple of 8.
 */
export function blurRows(
	running: RunningKernels,
	plan: GaussianPlan,
	{
		at,
		read,
		write,
	}: {
		readonly at: number;
		read(y: number, address: number): void;
		write(y: number, address: number): void;
	},
): void {
	const { kernels, doubles } = running;
	const { height, length, channels, mode, down, across } = plan;
	const places = placesOf(plan, at);
	const { downTaps, acrossTaps, row, done } = places;
	const placeOf = (y: number): number =>
		places.rows + (y % places.slots) * places.stride;
	const [middle, ahead] = [across[0]!, down.length - 1];
	setTaps(
		running,
		{ at: acrossTaps, kernel: across },
		(offset) => row + 8 * offset * channels,
	);
	for (let y = 0, next = 0; y < height; y++) {
		for (; next < height && next <= y + ahead; next++)
			read(next, placeOf(next));
		setTaps(running, { at: downTaps, kernel: down }, (offset) =>
			placeOf(edgeIndex(y + offset, height, mode)),
		);
		kernels.addPairs(length, placeOf(y), down[0]!, downTaps, ahead, row);
		padRow(doubles, plan, row / 8);
		kernels.addPairs(length, row, middle, acrossTaps, across.length - 1, done);
		write(y, done);
	}
}
