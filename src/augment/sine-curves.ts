/** At a point: the value of a sum of sines and its first three derivatives. */
const orders = 4;

/** Of the polynomial between two points, which has the values and derivatives of the sum at both. */
export const curveTerms = 2 * orders;

/** The curves of red, green and blue lie side by side. */
const channels = 3;
const pointLength = channels * orders;
export const partLength = channels * curveTerms;

// Two for each half wave would be the least; with three, no sine is off by more than 1.4e-7.
const pointsPerHalfWave = 3;

/** The even or the odd ones of some frequencies. */
interface Half {
	/** Where they are among all. */
	readonly places: Int32Array;
	/** `[parts / 2 + 1, places, orders]`. */
	readonly values: Float64Array;
	/** Of the mirrored values: 1 or -1. */
	readonly sign: number;
}

/**
 * `sin(pi k x)` and its derivatives, for each frequency k that is not 0, at equally spaced x from 0 to 1/2.
 *
 * The other half mirrors it: sines of odd frequencies are even about 1/2, those of even frequencies are odd.
 */
export interface SineTable {
	/** How many equal parts there are from 0 to 1, an even number; derivatives are by their length. */
	readonly parts: number;
	/** Even frequencies, then odd ones. */
	readonly halves: readonly Half[];
}

/** The sines of some frequencies, for the curves of any coefficients. */
export function sineTable(frequencies: Int32Array): SineTable {
	const parts =
		2 * Math.ceil((pointsPerHalfWave * Math.max(1, ...frequencies)) / 2);
	const wave = (of: (x: number) => number) =>
		Float64Array.from({ length: 2 * parts }, (_, i) =>
			of((Math.PI * i) / parts),
		);
	const [sine, cosine] = [wave(Math.sin), wave(Math.cos)];
	const half = (parity: 0 | 1): Half => {
		const places = Int32Array.from(frequencies.keys()).filter((i) => {
			const frequency = frequencies[i] as number;
			return frequency !== 0 && frequency % 2 === parity;
		});
		const points = parts / 2 + 1;
		const values = new Float64Array(points * places.length * orders);
		places.forEach((place, j) => {
			const frequency = frequencies[place] as number;
			const rate = (Math.PI * frequency) / parts;
			const [square, cube] = [rate ** 2, rate ** 3];
			for (let i = 0; i < points; i++) {
				const phase = (frequency * i) % (2 * parts);
				// Black, white and gray of one half stay as they are under waves that are 0 there.
				const sin = phase % parts === 0 ? 0 : (sine[phase] as number);
				const cos = cosine[phase] as number;
				const at = (i * places.length + j) * orders;
				values[at] = sin;
				values[at + 1] = rate * cos;
				values[at + 2] = -square * sin;
				values[at + 3] = -cube * cos;
			}
		});
		return { places, values, sign: parity === 1 ? 1 : -1 };
	};
	return { parts, halves: [half(0), half(1)] };
}

/** Adds what some sines make at each point, for three channels with weights of their own, `[places, channels]`. */
function addHalf(
	{ values, sign }: Half,
	weights: Float64Array,
	parts: number,
	sums: Float64Array,
): void {
	const point = new Float64Array(pointLength);
	for (let i = 0, at = 0; i <= parts / 2; i++) {
		let [r0, r1, r2, r3] = [0, 0, 0, 0];
		let [g0, g1, g2, g3] = [0, 0, 0, 0];
		let [b0, b1, b2, b3] = [0, 0, 0, 0];
		for (let j = 0; j < weights.length; j += channels, at += orders) {
			const v0 = values[at]!;
			const v1 = values[at + 1]!;
			const v2 = values[at + 2]!;
			const v3 = values[at + 3]!;
			const r = weights[j]!;
			r0 += r * v0;
			r1 += r * v1;
			r2 += r * v2;
			r3 += r * v3;
			const g = weights[j + 1]!;
			g0 += g * v0;
			g1 += g * v1;
			g2 += g * v2;
			g3 += g * v3;
			const b = weights[j + 2]!;
			b0 += b * v0;
			b1 += b * v1;
			b2 += b * v2;
			b3 += b * v3;
		}
		point[0] = r0;
		point[1] = r1;
		point[2] = r2;
		point[3] = r3;
		point[4] = g0;
		point[5] = g1;
		point[6] = g2;
		point[7] = g3;
		point[8] = b0;
		point[9] = b1;
		point[10] = b2;
		point[11] = b3;
		const to = pointLength * i;
		for (let k = 0; k < pointLength; k++)
			sums[to + k] = sums[to + k]! + point[k]!;
		if (2 * i === parts) continue;
		const mirrored = pointLength * (parts - i);
		for (let k = 0; k < pointLength; k += 2) {
			sums[mirrored + k] = sums[mirrored + k]! + sign * point[k]!;
			sums[mirrored + k + 1] = sums[mirrored + k + 1]! - sign * point[k + 1]!;
		}
	}
}

/** The polynomials between neighboring points, `[parts, channels, terms]`, the constant first: Hermite's. */
function interpolate(sums: Float64Array, curves: Float64Array): void {
	for (
		let from = 0, at = 0;
		at < curves.length;
		from += orders, at += curveTerms
	) {
		const to = from + pointLength;
		const a = sums[from]!;
		const b = sums[from + 1]!;
		const c = sums[from + 2]! / 2;
		const d = sums[from + 3]! / 6;
		// What these four leave over at the end of the part.
		const value = sums[to]! - (a + b + c + d);
		const first = sums[to + 1]! - (b + 2 * c + 3 * d);
		const second = sums[to + 2]! - (2 * c + 6 * d);
		const third = sums[to + 3]! - 6 * d;
		curves[at] = a;
		curves[at + 1] = b;
		curves[at + 2] = c;
		curves[at + 3] = d;
		curves[at + 4] = 35 * value - 15 * first + 2.5 * second - third / 6;
		curves[at + 5] = -84 * value + 39 * first - 7 * second + third / 2;
		curves[at + 6] = 70 * value - 34 * first + 6.5 * second - third / 2;
		curves[at + 7] = -20 * value + 10 * first - 2 * second + third / 6;
	}
}

/** The value of the polynomial that begins at a place. */
export function polynomialAt(
	values: Float64Array,
	at: number,
	t: number,
): number {
	let value = values[at + 7]!;
	value = value * t + values[at + 6]!;
	value = value * t + values[at + 5]!;
	value = value * t + values[at + 4]!;
	value = value * t + values[at + 3]!;
	value = value * t + values[at + 2]!;
	value = value * t + values[at + 1]!;
	return value * t + values[at]!;
}

/** The sums of sines of three channels, as polynomials. */
export interface SineCurves {
	readonly parts: number;
	/** `[parts, channels, terms]`. */
	readonly values: Float64Array;
}

/**
 * Makes the curves of three channels, each `sum over k of c_k sin(pi k x)`, from coefficients `[channels, frequencies]`.
 *
 * The curves are the same object each time, filled anew.
 */
export function curveMaker(
	table: SineTable,
): (coefficients: Float32Array) => SineCurves {
	const { parts, halves } = table;
	const sums = new Float64Array(pointLength * (parts + 1));
	const curves = { parts, values: new Float64Array(partLength * parts) };
	const weights = halves.map(
		({ places }) => new Float64Array(channels * places.length),
	);
	return (coefficients) => {
		const length = coefficients.length / channels;
		sums.fill(0);
		halves.forEach((half, parity) => {
			const own = weights[parity]!;
			for (let i = 0; i < own.length; i++) {
				const place = half.places[Math.floor(i / channels)]!;
				own[i] = coefficients[(i % channels) * length + place]!;
			}
			addHalf(half, own, parts, sums);
		});
		interpolate(sums, curves.values);
		return curves;
	};
}
