import { scratchShorts } from "../image/scratch.js";
import { drawKernels, type RunningKernels } from "../image/simd-kernels.js";
import type { Random } from "../random.js";
import { poissonTables } from "./poisson-tables.js";
import { drawBytes, mostDrawn } from "./ziggurat.js";

// Where the levels lie in the memory of the kernels, the counts drawn for them, and the tables: behind all that others
// draw there.
const levelsAt = drawBytes;
const countsAt = levelsAt + mostDrawn;
const tablesAt = drawBytes + 8 * mostDrawn;

/** Tables in the memory of the kernels. */
interface Placed {
	readonly rates: Float64Array;
	readonly running: RunningKernels;
	/** Where they lie, in the order in which `drawPoissons` of the kernels is given them. */
	readonly places: readonly [
		guide: number,
		thresholds: number,
		fractions: number,
		counts: number,
	];
}

/** The tables drawn with last, which are likely to be those drawn with next. */
let placed: Placed | undefined;

/**
 * Draws one Poisson count for each element of `levels`, of rate `rates[level]`, exactly (to the
 * rounding of a double), one 32-bit draw a count but in the rare case that more bits must decide.
 *
 * `rates` must not change after its first use: its tables are kept as long as it lives. Throws a
 * `RangeError` for a rate outside 0 to 10,000, and for a level that has none.
 *
 * Source: inversion with a guide table, Devroye, Non-Uniform Random Variate Generation, III.2.
 */
export function drawPoissons(
	levels: Uint8Array,
	rates: Float64Array,
	random: Random,
): Uint16Array {
	checkLevels(levels, rates);
	placed = placedTables(rates);
	const { running, places } = placed;
	const { kernels, bytes, words } = running;
	const drawn = scratchShorts(levels.length);
	const found = new Uint16Array(bytes.buffer, countsAt, mostDrawn);
	random.save(words, 0);
	for (let from = 0; from < levels.length; from += mostDrawn) {
		const part = levels.subarray(from, from + mostDrawn);
		bytes.set(part, levelsAt);
		kernels.drawPoissons(0, levelsAt, part.length, ...places, countsAt);
		drawn.set(found.subarray(0, part.length), from);
	}
	random.restore(words, 0);
	return drawn;
}

function checkLevels(levels: Uint8Array, rates: Float64Array): void {
	if (rates.length > 255) return;
	const without = levels.find((level) => level >= rates.length);
	if (without === undefined) return;
	throw new RangeError(
		`of ${rates.length} Poisson rates, none is that of level ${without}`,
	);
}

/** Copies the tables of rates, unless they are there, into the memory of the kernels, and makes their guide. */
function placedTables(rates: Float64Array): Placed {
	if (placed?.rates === rates) return placed;
	// Tables are made in the same memory.
	placed = undefined;
	const { thresholds, fractions, counts, starts } = poissonTables(rates);
	const guide = tablesAt;
	const fractionsAt = guide + rates.length * 256 * 4;
	const thresholdsAt = fractionsAt + fractions.byteLength;
	const startsAt = thresholdsAt + thresholds.byteLength;
	const countsAt = startsAt + starts.byteLength;
	const running = drawKernels(countsAt + counts.byteLength);
	const { kernels, bytes, words, doubles } = running;
	doubles.set(fractions, fractionsAt / 8);
	words.set(thresholds, thresholdsAt / 4);
	words.set(starts, startsAt / 4);
	bytes.set(new Uint8Array(counts.buffer), countsAt);
	kernels.guidePoissons(rates.length, startsAt, thresholdsAt, guide);
	const places = [guide, thresholdsAt, fractionsAt, countsAt] as const;
	return { rates, running, places };
}
