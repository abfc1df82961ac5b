import type { Plane } from "./planes.js";

// Rows and columns are written out: one function for both, with a step, takes twice the time.
const { imul } = Math;

/**
 * The forward discrete cosine transform of the 8 x 8 samples from `at`, minus 128; coefficients are 8 times too large.
 *
 * `block` receives the 64 coefficients, row by row. The exact integers of libjpeg's accurate method (Loeffler,
 * Ligtenberg and Moschytz, with 13-bit constants).
 */
export function forwardDct(
	block: Int32Array,
	{ samples, stride }: Plane,
	at: number,
): void {
	for (let i = 0, from = at; i < 64; i += 8, from += stride) {
		const sum0 = samples[from]! + samples[from + 7]!;
		const sum1 = samples[from + 1]! + samples[from + 6]!;
		const sum2 = samples[from + 2]! + samples[from + 5]!;
		const sum3 = samples[from + 3]! + samples[from + 4]!;
		const a = sum0 - sum3;
		const b = sum1 - sum2;
		const turn = imul(a + b, 4433) + 1024;
		block[i] = (sum0 + sum1 + sum2 + sum3 - 1024) << 2;
		block[i + 2] = (turn + imul(a, 6270)) >> 11;
		block[i + 4] = (sum0 + sum3 - sum1 - sum2) << 2;
		block[i + 6] = (turn - imul(b, 15137)) >> 11;
		const d0 = samples[from]! - samples[from + 7]!;
		const d1 = samples[from + 1]! - samples[from + 6]!;
		const d2 = samples[from + 2]! - samples[from + 5]!;
		const d3 = samples[from + 3]! - samples[from + 4]!;
		const z5 = imul(d0 + d1 + d2 + d3, 9633) + 1024;
		const z1 = imul(d3 + d0, -7373);
		const z2 = imul(d2 + d1, -20995);
		const z3 = imul(d3 + d1, -16069) + z5;
		const z4 = imul(d2 + d0, -3196) + z5;
		block[i + 1] = (imul(d0, 12299) + z1 + z4) >> 11;
		block[i + 3] = (imul(d1, 25172) + z2 + z3) >> 11;
		block[i + 5] = (imul(d2, 16819) + z2 + z4) >> 11;
		block[i + 7] = (imul(d3, 2446) + z1 + z3) >> 11;
	}
	forwardColumns(block);
}

function forwardColumns(block: Int32Array): void {
	for (let i = 0; i < 8; i++) {
		const sum0 = (block[i]! + block[i + 56]!) | 0;
		const sum1 = (block[i + 8]! + block[i + 48]!) | 0;
		const sum2 = (block[i + 16]! + block[i + 40]!) | 0;
		const sum3 = (block[i + 24]! + block[i + 32]!) | 0;
		const d0 = (block[i]! - block[i + 56]!) | 0;
		const d1 = (block[i + 8]! - block[i + 48]!) | 0;
		const d2 = (block[i + 16]! - block[i + 40]!) | 0;
		const d3 = (block[i + 24]! - block[i + 32]!) | 0;
		const a = (sum0 - sum3) | 0;
		const b = (sum1 - sum2) | 0;
		const turn = (imul(a + b, 4433) + 16384) | 0;
		block[i] = (sum0 + sum1 + sum2 + sum3 + 2) >> 2;
		block[i + 16] = (turn + imul(a, 6270)) >> 15;
		block[i + 32] = (sum0 + sum3 - sum1 - sum2 + 2) >> 2;
		block[i + 48] = (turn - imul(b, 15137)) >> 15;
		const z5 = (imul(d0 + d1 + d2 + d3, 9633) + 16384) | 0;
		const z1 = imul(d3 + d0, -7373);
		const z2 = imul(d2 + d1, -20995);
		const z3 = (imul(d3 + d1, -16069) + z5) | 0;
		const z4 = (imul(d2 + d0, -3196) + z5) | 0;
		block[i + 8] = (imul(d0, 12299) + z1 + z4) >> 15;
		block[i + 24] = (imul(d1, 25172) + z2 + z3) >> 15;
		block[i + 40] = (imul(d2, 16819) + z2 + z4) >> 15;
		block[i + 56] = (imul(d3, 2446) + z1 + z3) >> 15;
	}
}

/**
 * The inverse discrete cosine transform: 64 dequantized coefficients to the 8 x 8 samples from `at`, plus 128.
 *
 * The exact integers of libjpeg's accurate method. `block` is overwritten.
 */
export function inverseDct(
	block: Int32Array,
	{ samples, stride }: Plane,
	at: number,
): void {
	inverseColumns(block);
	const offset = (128 << 18) + (1 << 17);
	for (let i = 0, to = at; i < 64; i += 8, to += stride) {
		const c1 = block[i + 1]!;
		const c3 = block[i + 3]!;
		const c5 = block[i + 5]!;
		const c7 = block[i + 7]!;
		const turn = imul(block[i + 2]! + block[i + 6]!, 4433);
		const a = (turn - imul(block[i + 6]!, 15137)) | 0;
		const b = (turn + imul(block[i + 2]!, 6270)) | 0;
		const sum = (((block[i]! + block[i + 4]!) << 13) + offset) | 0;
		const difference = (((block[i]! - block[i + 4]!) << 13) + offset) | 0;
		const z5 = imul(c1 + c3 + c5 + c7, 9633);
		const z1 = imul(c7 + c1, -7373);
		const z2 = imul(c5 + c3, -20995);
		const z3 = (imul(c7 + c3, -16069) + z5) | 0;
		const z4 = (imul(c5 + c1, -3196) + z5) | 0;
		const odd0 = (imul(c1, 12299) + z1 + z4) | 0;
		const odd1 = (imul(c3, 25172) + z2 + z3) | 0;
		const odd2 = (imul(c5, 16819) + z2 + z4) | 0;
		const odd3 = (imul(c7, 2446) + z1 + z3) | 0;
		samples[to] = (sum + b + odd0) >> 18;
		samples[to + 1] = (difference + a + odd1) >> 18;
		samples[to + 2] = (difference - a + odd2) >> 18;
		samples[to + 3] = (sum - b + odd3) >> 18;
		samples[to + 4] = (sum - b - odd3) >> 18;
		samples[to + 5] = (difference - a - odd2) >> 18;
		samples[to + 6] = (difference + a - odd1) >> 18;
		samples[to + 7] = (sum + b - odd0) >> 18;
	}
}

function inverseColumns(block: Int32Array): void {
	for (let i = 0; i < 8; i++) {
		const c1 = block[i + 8]!;
		const c2 = block[i + 16]!;
		const c3 = block[i + 24]!;
		const c4 = block[i + 32]!;
		const c5 = block[i + 40]!;
		const c6 = block[i + 48]!;
		const c7 = block[i + 56]!;
		if ((c1 | c2 | c3 | c4 | c5 | c6 | c7) === 0) {
			const value = block[i]! << 2;
			for (let row = i; row < 64; row += 8) block[row] = value;
			continue;
		}
		const turn = imul(c2 + c6, 4433);
		const a = (turn - imul(c6, 15137)) | 0;
		const b = (turn + imul(c2, 6270)) | 0;
		const sum = (((block[i]! + c4) << 13) + 1024) | 0;
		const difference = (((block[i]! - c4) << 13) + 1024) | 0;
		const z5 = imul(c1 + c3 + c5 + c7, 9633);
		const z1 = imul(c7 + c1, -7373);
		const z2 = imul(c5 + c3, -20995);
		const z3 = (imul(c7 + c3, -16069) + z5) | 0;
		const z4 = (imul(c5 + c1, -3196) + z5) | 0;
		const odd0 = (imul(c1, 12299) + z1 + z4) | 0;
		const odd1 = (imul(c3, 25172) + z2 + z3) | 0;
		const odd2 = (imul(c5, 16819) + z2 + z4) | 0;
		const odd3 = (imul(c7, 2446) + z1 + z3) | 0;
		block[i] = (sum + b + odd0) >> 11;
		block[i + 8] = (difference + a + odd1) >> 11;
		block[i + 16] = (difference - a + odd2) >> 11;
		block[i + 24] = (sum - b + odd3) >> 11;
		block[i + 32] = (sum - b - odd3) >> 11;
		block[i + 40] = (difference - a - odd2) >> 11;
		block[i + 48] = (difference + a - odd1) >> 11;
		block[i + 56] = (sum + b - odd0) >> 11;
	}
}
