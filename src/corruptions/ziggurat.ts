const layers = 128;
/** Where the tail begins, and the area of every layer, for 128 layers. */
const tail = 3.442619855899;
const area = 9.91256303526217e-3;
/** Magnitudes are 24 bits: 32 less 7 for the layer and one for the sign. */
const magnitudes = 0x1000000;

/** What the state of a generator takes, in bytes. */
export const stateBytes = 16;
const zigguratBytes = layers * 20;
/** What the kernels draw with lies in the first bytes of their memory: the state of a generator, and the ziggurat. */
export const drawBytes = stateBytes + zigguratBytes;
/** How many numbers are drawn at a time: what they take stays in the cache. */
export const mostDrawn = 2 ** 12;

const tables = new ArrayBuffer(zigguratBytes);
const widths = new Float64Array(tables, 0, layers);
const heights = new Float64Array(tables, layers * 8, layers);
const edges = new Int32Array(tables, layers * 16, layers);
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
 * The tables that `drawNormals` of the kernels draws normal numbers with: widths, heights and edges of the layers.
 *
 * Source: Marsaglia & Tsang, The Ziggurat Method for Generating Random Variables (2000), with the
 * layer taken from bits that the magnitude does not use, as Doornik (2005) advises.
 */
export const ziggurat = new Uint8Array(tables);
