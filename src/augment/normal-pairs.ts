import { simdKernels } from "../image/simd-kernels.js";
import type { Random } from "../random.js";
import { room } from "./pixels.js";

/** Fewer are drawn before the kernels are called. */
const least = 16;
const drawnBytes = 3 * 512 * 8;

/** Fills an array with normal numbers: those of `Random.fillNormal`, in a third of the time. */
export function fillNormals(
	values: Float32Array,
	random: Random,
	deviation = 1,
): void {
	random.fillNormal(values, 0, deviation, (pairs, state) => {
		if (pairs.length < least) return false;
		const drawn = room(state.byteLength);
		const result = drawn + room(drawnBytes);
		const running = simdKernels(result + room(pairs.byteLength));
		const { kernels, words, singles } = running;
		words.set(state);
		const count = pairs.length / 2;
		kernels.fillNormals(0, count, 0, deviation, drawn, result);
		state.set(words.subarray(0, state.length));
		pairs.set(singles.subarray(result / 4, result / 4 + pairs.length));
		return true;
	});
}
