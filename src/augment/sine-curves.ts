/** At a point: the value of a sine and its first three derivatives. */
const orders = 4;

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
	/** How many frequencies there are, zeros included. */
	readonly frequencies: number;
	/** How many equal parts there are from 0 to 1, an even number; derivatives are by their length. */
	readonly parts: number;
	/** Even frequencies, then odd ones. */
	readonly halves: readonly Half[];
}

/** Sines and cosines of a whole turn in twice so many steps. */
function waves(parts: number): [Float64Array, Float64Array] {
	const sine = new Float64Array(2 * parts);
	const cosine = new Float64Array(2 * parts);
	for (let i = 0; i < sine.length; i++) {
		sine[i] = Math.sin((Math.PI * i) / parts);
		cosine[i] = Math.cos((Math.PI * i) / parts);
	}
	return [sine, cosine];
}

/** The sines of some frequencies, for the curves of any coefficients. */
export function sineTable(frequencies: Int32Array): SineTable {
	const parts =
		2 * Math.ceil((pointsPerHalfWave * Math.max(1, ...frequencies)) / 2);
	const [sine, cosine] = waves(parts);
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
	return { frequencies: frequencies.length, parts, halves: [half(0), half(1)] };
}
