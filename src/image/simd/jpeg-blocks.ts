import { forwardBlock } from "./jpeg-forward";
import { inverseBlock } from "./jpeg-inverse";

// A table of steps: 64 floats, as `forwardBlock` takes them, then the steps, of 16 bits each. `scratch` has 384 bytes.
const stepsAt: usize = 256;
const sumsAt: usize = 128;

/** Takes a row of 8 x 8 blocks to coefficients, rounds those to whole steps, and back, in place. */
export function jpegRoundBlocks(
	blocks: i32,
	samples: usize,
	stride: usize,
	table: usize,
	scratch: usize,
): void {
	const steps = table + stepsAt;
	const sums = scratch + sumsAt;
	for (; blocks > 0; blocks--, samples += 8) {
		forwardBlock(samples, stride, table, scratch, sums);
		for (let i: usize = 0; i < 128; i += 16) {
			const levels = v128.load(scratch + i);
			v128.store(scratch + i, i16x8.mul(levels, v128.load(steps + i)));
		}
		inverseBlock(scratch, sums, samples, stride, false);
	}
}

/** How many steps the coefficients of a row of 8 x 8 blocks have: 64 numbers of 16 bits for each, row by row. */
export function jpegQuantizeBlocks(
	blocks: i32,
	samples: usize,
	stride: usize,
	table: usize,
	scratch: usize,
	result: usize,
): void {
	for (; blocks > 0; blocks--, samples += 8, result += 128)
		forwardBlock(samples, stride, table, result, scratch + sumsAt);
}
