/** The largest rate there is a table for. */
const largestRate = 10_000;
/** Counts whose probability is smaller than this, relative to the likeliest one, are never drawn. */
const negligible = 2 ** -80;

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
	const distributions = Array.from(rates, distribution);
	const size = distributions.reduce((sum, { odds }) => sum + odds.length, 0);
	const tables = {
		thresholds: new Uint32Array(size),
		fractions: new Float64Array(size),
		counts: new Uint16Array(size),
		starts: new Uint32Array(rates.length),
	};
	let start = 0;
	distributions.forEach((one, level) => {
		tables.starts[level] = start;
		fillTable(tables, one, start);
		start += one.odds.length;
	});
	return tables;
}

function fillTable(
	{ thresholds, fractions, counts }: PoissonTables,
	{ odds, smallest }: Distribution,
	start: number,
): void {
	const total = odds.reduce((sum, one) => sum + one, 0);
	let sum = 0;
	odds.forEach((one, i) => {
		sum += one;
		const scaled = Math.min(1, sum / total) * 2 ** 32;
		const last = i === odds.length - 1;
		const threshold = Math.min(Math.floor(scaled), 2 ** 32 - 1);
		thresholds[start + i] = last ? 2 ** 32 - 1 : threshold;
		fractions[start + i] = last ? 1 : scaled - threshold;
		counts[start + i] = smallest + i;
	});
}

interface Distribution {
	/** The probabilities of consecutive counts, relative to that of the likeliest one. */
	readonly odds: number[];
	readonly smallest: number;
}

function distribution(rate: number): Distribution {
	if (!(rate >= 0 && rate <= largestRate)) {
		throw new RangeError(
			`a Poisson rate lies between 0 and ${largestRate}, not at ${rate}`,
		);
	}
	const mode = Math.floor(rate);
	const below: number[] = [];
	for (let k = mode, odds = 1; k > 0 && odds > negligible; k--) {
		odds *= k / rate;
		below.push(odds);
	}
	const above: number[] = [];
	for (let k = mode + 1, odds = rate / k; odds > negligible; k++) {
		above.push(odds);
		odds *= rate / (k + 1);
	}
	return {
		odds: [...below.reverse(), 1, ...above],
		smallest: mode - below.length,
	};
}
