import type { Random } from "../random.js";

const layers = 128;
/** Where the tail begins, and the area of every layer, for 128 layers. */
const tail = 3.442619855899;
const area = 9.91256303526217e-3;
/** Magnitudes are 24 bits: 32 less 7 for the layer and one for the sign. */
const magnitudes = 0x1000000;

const edges = new Int32Array(layers);
const widths = new Float64Array(layers);
const heights = new Float64Array(layers);
fillLayers();

function fillLayers(): void {
	const density = (x: number): number => Math.exp(-0.5 * x * x);
	let edge = tail;
	const base = area / density(tail);
	edges[0] = (tail / base) * magnitudes;
	widths[0] = base / magnitudes;
	heights[0] = 1;
	for (let layer = layers - 1; layer > 0; layer--) {
		widths[layer] = edge / magnitudes;
		heights[layer] = density(edge);
		const inner =
			layer === 1 ? 0 : Math.sqrt(-2 * Math.log(area / edge + density(edge)));
		edges[layer] = (inner / edge) * magnitudes;
		edge = inner;
	}
}

/**
 * Fills `values` with normal numbers.
 *
 * Source: Marsaglia & Tsang, The Ziggurat Method for Generating Random Variables (2000), with the
 * layer taken from bits that the magnitude does not use, as Doornik (2005) advises.
 */
export function fillNormals(
	values: Float64Array,
	random: Random,
	{ mean = 0, deviation = 1 } = {},
): void {
	for (let i = 0; i < values.length; i++) {
		const bits = random.uint32();
		const layer = bits & 127;
		const magnitude = (bits | 0) >> 7;
		const inside = Math.abs(magnitude) < edges[layer]!;
		const value = inside
			? magnitude * widths[layer]!
			: rejected(magnitude, layer, random);
		values[i] = mean + deviation * value;
	}
}

/** Finishes the one draw in a hundred that the rectangle of its layer does not decide. */
function rejected(magnitude: number, layer: number, random: Random): number {
	let m = magnitude;
	let l = layer;
	for (;;) {
		const x = m * widths[l]!;
		if (Math.abs(m) < edges[l]!) return x;
		if (l === 0) return m < 0 ? -drawTail(random) : drawTail(random);
		const y = heights[l]! + random.uniform() * (heights[l - 1]! - heights[l]!);
		if (y < Math.exp(-0.5 * x * x)) return x;
		const bits = random.uint32();
		l = bits & 127;
		m = (bits | 0) >> 7;
	}
}

function drawTail(random: Random): number {
	for (;;) {
		const x = -Math.log(1 - random.uniform()) / tail;
		const y = -Math.log(1 - random.uniform());
		if (2 * y > x * x) return tail + x;
	}
}
