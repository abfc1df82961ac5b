import { drawKernels } from "../image/simd-kernels.js";

/** The largest rate there is a table for. */
const largestRate = 10_000;
/** More than the largest count of that rate: of the probability of the likeliest one, it has less than 2^-80. */
const countsEnd = 2 ** 14;

/** The cumulative distributions of several rates, end to end, for sampling by inversion. */
export interface PoissonTables {
	/** `floor(2^32 · P(K <= k))` for consecutive k of each rate. */
	readonly thresholds: Uint32Array;
	/** What the floor took away. */
	readonly fractions: Float64Array;
	/** The count that each threshold belongs to. */
	readonly counts: Uint16Array;
	/** The first threshold of each rate. */
	readonly starts: Uint32Array;
}

const known = new WeakMap<Float64Array, PoissonTables>();

/** The tables of rates, kept as long as these live. Throws a `RangeError` for a rate outside 0 to 10,000. */
export function poissonTables(rates: Float64Array): PoissonTables {
	const tables = known.get(rates) ?? buildTables(rates);
	known.set(rates, tables);
	return tables;
}

function buildTables(rates: Float64Array): PoissonTables {
	const tables = Array.from(rates, tableOf);
	const lengths = tables.map(({ counts }) => counts.length);
	const size = lengths.reduce((sum, length) => sum + length, 0);
	const all = {
		thresholds: new Uint32Array(size),
		fractions: new Float64Array(size),
		counts: new Uint16Array(size),
		starts: new Uint32Array(rates.length),
	};
	let start = 0;
	for (const [level, { thresholds, fractions, counts }] of tables.entries()) {
		all.starts[level] = start;
		all.thresholds.set(thresholds, start);
		all.fractions.set(fractions, start);
		all.counts.set(counts, start);
		start += counts.length;
	}
	return all;
}

/** The distribution of one rate. */
function tableOf(rate: number): Omit<PoissonTables, "starts"> {
	if (!(rate >= 0 && rate <= largestRate)) {
		throw new RangeError(
			`a Poisson rate lies between 0 and ${largestRate}, not at ${rate}`,
		);
	}
	const fractions = 8 * countsEnd;
	const thresholds = fractions + 8 * countsEnd;
	const counts = thresholds + 4 * countsEnd;
	const { kernels, bytes } = drawKernels(counts + 2 * countsEnd);
	const places = [thresholds, fractions, counts] as const;
	const length = kernels.tabulatePoisson(rate, 0, ...places);
	const { buffer } = bytes;
	return {
		thresholds: new Uint32Array(buffer, thresholds, length).slice(),
		fractions: new Float64Array(buffer, fractions, length).slice(),
		counts: new Uint16Array(buffer, counts, length).slice(),
	};
}
