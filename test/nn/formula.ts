import type { NamedTensor } from "../../src/checkpoint/tensor.js";
import type { ParamSpec } from "../../src/nn/params.js";

const sizeOf = (shape: readonly number[]): number =>
	shape.reduce((a, b) => a * b, 1);

/**
 * Numbers in [low, high) that depend on the name and the position alone, as in fixtures/formula.py.
 */
export function formula(
	name: string,
	size: number,
	[low, high]: readonly [number, number],
): Float32Array {
	let salt = 0x811c9dc5;
	for (const byte of Buffer.from(name))
		salt = Math.imul(salt ^ byte, 0x01000193);
	const values = new Float32Array(size);
	for (let i = 0; i < size; i++) {
		let h = Math.imul(i, 0x9e3779b1) ^ salt;
		h ^= h >>> 16;
		h = Math.imul(h, 0x85ebca6b);
		h ^= h >>> 13;
		h = Math.imul(h, 0xc2b2ae35);
		h ^= h >>> 16;
		values[i] = low + (high - low) * ((h >>> 0) / 2 ** 32);
	}
	return values;
}

function range(name: string, shape: readonly number[]): [number, number] {
	if (name.endsWith("running_var")) return [0.5, 1.5];
	if (name.endsWith("running_mean")) return [-0.2, 0.2];
	if (name.endsWith("relative_position_bias_table")) return [-1, 1];
	if (shape.length >= 2) {
		const fanIn = sizeOf(shape.slice(1));
		const bound = Math.sqrt((shape.length === 4 ? 6 : 3) / fanIn);
		return [-bound, bound];
	}
	return name.endsWith("weight") ? [0.4, 0.8] : [-0.2, 0.2];
}

/** A weight with values from the formula, in PyTorch's layout. */
export function formulaWeight(name: string, { shape }: ParamSpec): NamedTensor {
	const data = formula(name, sizeOf(shape), range(name, shape));
	return { dtype: "float32", shape, data };
}

/** Values in [-2, 2). */
export function formulaValues(name: string, size: number): Float32Array {
	return formula(name, size, [-2, 2]);
}
