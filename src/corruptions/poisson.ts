import { scratchShorts } from "../image/scratch.js";
import type { Random } from "../random.js";

/** The largest rate there is a table for. */
const largestRate = 10_000;
/** Counts whose probability is smaller than this, relative to the likeliest one, are never drawn. */
const negligible = 2 ** -80;

/** The cumulative distributions of several rates, end to end, for sampling by inversion. */
interface Tables {
	/** `floor(2^32 · P(K <= k))` for consecutive k of each rate. */
	readonly thresholds: Uint32Array;
	/** What the floor took away. */
	readonly fractions: Float64Array;
	/** The count that each threshold belongs to. */
	readonly counts: Uint16Array;
	/** For each rate and leading byte of a draw, the first threshold that can exceed the draw. */
	readonly guide: Uint32Array;
}

const known = new WeakMap<Float64Array, Tables>();

/**
 * Draws one Poisson count for each element of `levels`, of rate `rates[level]`, exactly (to the
 * rounding of a double), one 32-bit draw a count but in the rare case that more bits must decide.
 *
 * `rates` must not change after its first use: its tables are kept as long as it lives. Throws a
 * `RangeError` for a rate outside 0 to 10,000.
 *
 * Source: inversion with a guide table, Devroye, Non-Uniform Random Variate Generation, III.2.
 */
export function drawPoissons(
	levels: Uint8Array,
	rates: Float64Array,
	random: Random,
): Uint16Array {
	const tables = known.get(rates) ?? buildTables(rates);
	known.set(rates, tables);
	const { thresholds, counts, guide } = tables;
	const drawn = scratchShorts(levels.length);
	for (let i = 0; i < levels.length; i++) {
		const bits = random.uint32();
		let at = guide[(levels[i]! << 8) | (bits >>> 24)]!;
		while (bits > thresholds[at]!) at++;
		if (bits === thresholds[at]) at = refined(tables, at, random);
		drawn[i] = counts[at]!;
	}
	return drawn;
}

/** Draws the bits beyond the first 32 where those equal a threshold. */
function refined(
	{ thresholds, fractions }: Tables,
	first: number,
	random: Random,
): number {
	const rest = random.uniform();
	let at = first;
	while (thresholds[at] === thresholds[first] && rest >= fractions[at]!) at++;
	return at;
}

function buildTables(rates: Float64Array): Tables {
	const distributions = Array.from(rates, distribution);
	const size = distributions.reduce((sum, { odds }) => sum + odds.length, 0);
	const tables = {
		thresholds: new Uint32Array(size),
		fractions: new Float64Array(size),
		counts: new Uint16Array(size),
		guide: new Uint32Array(rates.length * 256),
	};
	let start = 0;
	distributions.forEach((one, level) => {
		fillTable(tables, one, { start, level });
		start += one.odds.length;
	});
	return tables;
}

function fillTable(
	{ thresholds, fractions, counts, guide }: Tables,
	{ odds, smallest }: Distribution,
	{ start, level }: { start: number; level: number },
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
	let at = start;
	for (let byte = 0; byte < 256; byte++) {
		while (thresholds[at]! < byte * 2 ** 24) at++;
		guide[level * 256 + byte] = at;
	}
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
