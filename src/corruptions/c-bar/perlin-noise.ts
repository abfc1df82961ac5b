import { createImage } from "../../image/image.js";
import type { Draws } from "../corruption.js";
import { defineCorruption } from "../define-corruption.js";
import { atLevel, type Level } from "./levels.js";
import { drawInteger } from "./single-draws.js";

const period = 256;
const far = 16 * period;
/** What its random integers are below. */
const most = 2 ** 31;
/** So many directions are drawn, and the later half is thrown away; kept for parity. */
const drawn = 2 * period + 2;

/** A lattice of random directions: a permutation, and a direction of length 1 for each of its places. */
interface Lattice {
	readonly order: Int32Array;
	readonly rows: Float64Array;
	readonly columns: Float64Array;
}

function drawLattice(draws: Draws): Lattice {
	const steps = draws.integers(2 * drawn, 0, most);
	const rows = new Float64Array(period);
	const columns = new Float64Array(period);
	for (let i = 0; i < period; i++) {
		const row = ((steps[2 * i]! % (2 * period)) - period) / period;
		const column = ((steps[2 * i + 1]! % (2 * period)) - period) / period;
		const length = Math.sqrt(row * row + column * column);
		rows[i] = row / length;
		columns[i] = column / length;
	}
	const order = Int32Array.from({ length: period }, (_, i) => i);
	for (let i = period - 1; i >= 0; i--) {
		const j = drawInteger(draws, 0, most) % period;
		[order[i], order[j]] = [order[j]!, order[i]!];
	}
	return { order, rows, columns };
}

const smooth = (t: number): number => t * t * (3 - 2 * t);

function noiseAt(
	{ order, rows, columns }: Lattice,
	row: number,
	column: number,
): number {
	const y = row + far;
	const x = column + far;
	const top = Math.trunc(y) % period;
	const left = Math.trunc(x) % period;
	const right = (left + 1) % period;
	const ry = y - Math.floor(y);
	const rx = x - Math.floor(x);
	const upper = order[top]!;
	const lower = order[(top + 1) % period]!;
	const slope = (at: number, dy: number, dx: number) => {
		const place = order[at % period]!;
		return dy * rows[place]! + dx * columns[place]!;
	};
	const down = smooth(ry);
	const a = slope(upper + left, ry, rx);
	const b = slope(lower + left, ry - 1, rx);
	const here = a + down * (b - a);
	const c = slope(upper + right, ry, rx - 1);
	const d = slope(lower + right, ry - 1, rx - 1);
	const beside = c + down * (d - c);
	return 1.5 * (here + smooth(rx) * (beside - here));
}

/**
 * Mixes the image with turbulence: Perlin noise of five octaves.
 *
 * Source: `perlin_noise` of ImageNet-C-bar (Mintun et al. 2021).
 */
export const perlinNoise = defineCorruption<Level>({
	name: "perlin-noise",
	group: "c-bar",
	constants: [4.6, 5.2, 5.8, 7.6, 8.8],
	apply({ data, height, width }, level, { draws }) {
		const lattice = drawLattice(draws);
		const share = atLevel(level, 0.5);
		const kept = Math.fround(1 - share);
		const step = 1 / ((32 * Math.min(height, width)) / 224);
		const mixed = new Uint8Array(data.length);
		for (let y = 0, i = 0; y < height; y++)
			for (let x = 0; x < width; x++) {
				let sum = 0;
				for (let f = 1; f <= 16; f *= 2)
					sum += Math.abs(noiseAt(lattice, f * (y * step), f * (x * step))) / f;
				const cloud = Math.max(0, Math.min(1, 0.5 * sum + 0.5));
				const light = 255 * share * cloud;
				for (let c = 0; c < 3; c++, i++)
					mixed[i] = Math.max(
						0,
						Math.min(255, Math.fround(kept * data[i]!) + light),
					);
			}
		return createImage(height, width, mixed);
	},
	source: { module: import.meta.url, name: "perlinNoise" },
});
