/** A clean and a corrupted score in percent. */
export interface Scores {
	readonly clean: number;
	readonly corrupted: number;
}

/** The scores of two where some of their units are exchanged, which have a bit each: unit 0 the lowest of the first byte. */
export type Exchange = (flips: Uint8Array) => readonly [Scores, Scores];

/** Scores made of units, such as images or corruptions, that can be drawn again or exchanged. */
export interface Units {
	readonly count: number;
	/** The scores where each unit counts so many times. */
	at(times: Float64Array): Scores;
	/** Those of these units and of others of the same images; throws where they are not of one kind. */
	exchange(others: Units): Exchange;
}

/** Units whose mean is the score. */
export interface MeanUnits extends Units {
	readonly clean: Float64Array;
	readonly corrupted: Float64Array;
}

const isMean = (units: Units): units is MeanUnits =>
	"corrupted" in units && units.corrupted instanceof Float64Array;

function weightedMean(values: Float64Array, times: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < values.length; i++)
		sum += (values[i] as number) * (times[i] as number);
	return sum / values.length;
}

const sumOf = (values: Float64Array): number =>
	values.reduce((sum, value) => sum + value, 0);

/** For every eight values the sum of each choice of them, by its bits. */
function sumsOfChoices(values: Float64Array): Float64Array {
	const sums = new Float64Array(256 * Math.ceil(values.length / 8));
	for (let first = 0; first < sums.length / 256; first++)
		for (let bits = 1; bits < 256; bits++) {
			const place = 31 - Math.clz32(bits);
			const rest = sums[256 * first + (bits ^ (1 << place))] as number;
			sums[256 * first + bits] = rest + (values[8 * first + place] ?? 0);
		}
	return sums;
}

/** How much of the sums is chosen by the bits. */
function chosenSum(sums: Float64Array, bits: Uint8Array): number {
	let sum = 0;
	for (let at = 0, i = 0; at < sums.length; at += 256, i++)
		sum += sums[at + (bits[i] as number)] as number;
	return sum;
}

/** One score of two, exchanged. */
function exchangeOf(
	a: Float64Array,
	b: Float64Array,
): (flips: Uint8Array) => readonly [number, number] {
	const [sumA, sumB] = [sumOf(a), sumOf(b)];
	const sums = sumsOfChoices(a.map((value, i) => value - (b[i] as number)));
	return (flips) => {
		const moved = chosenSum(sums, flips);
		return [(sumA - moved) / a.length, (sumB + moved) / b.length];
	};
}

/** Makes units of a clean and a corrupted score in percent each, whose means are the scores. */
export const meanUnits = (
	clean: Float64Array,
	corrupted: Float64Array,
): MeanUnits => ({
	clean,
	corrupted,
	count: clean.length,
	at: (times) => ({
		clean: weightedMean(clean, times),
		corrupted: weightedMean(corrupted, times),
	}),
	exchange(others) {
		if (!isMean(others))
			throw new TypeError("only scores of one kind can be exchanged");
		const ofClean = exchangeOf(clean, others.clean);
		const ofCorrupted = exchangeOf(corrupted, others.corrupted);
		return (flips) => {
			const [a, b] = ofClean(flips);
			const [corruptedA, corruptedB] = ofCorrupted(flips);
			return [
				{ clean: a, corrupted: corruptedA },
				{ clean: b, corrupted: corruptedB },
			];
		};
	},
});
