/** A seeded random generator: the same key gives the same numbers on every machine. */
export class Random {
	#a = 0;
	#b = 0;
	#c = 0;
	#counter = 0;
	#spare: number | undefined;

	/**
	 * Derives the generator from a key such as `(imageId, corruption, severity, seed)`.
	 *
	 * Source: sfc32 of PractRand (Chris Doty-Humphrey), seeded through FNV-1a.
	 */
	constructor(...key: (string | number)[]) {
		this.reseed(...key);
	}

	/** Begins anew, as a generator made from this key would. */
	reseed(...key: (string | number)[]): void {
		let hash = 0x811c9dc5;
		for (const char of JSON.stringify(key)) {
			hash = Math.imul(hash ^ (char.codePointAt(0) as number), 0x01000193);
		}
		this.#a = hash;
		this.#b = Math.imul(hash, 0x9e3779b1);
		this.#c = ~hash;
		this.#counter = 1;
		this.#spare = undefined;
		for (let i = 0; i < 16; i++) this.uint32();
	}

	/** The next 32 random bits, an integer in [0, 2^32). */
	uint32(): number {
		const sum = (this.#a + this.#b + this.#counter++) | 0;
		this.#a = this.#b ^ (this.#b >>> 9);
		this.#b = (this.#c + (this.#c << 3)) | 0;
		this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
		this.#c |= 0;
		return sum >>> 0;
	}

	/** Writes the state that `uint32` draws from, four words from index `at` on. */
	save(words: Int32Array, at: number): void {
		words[at] = this.#a;
		words[at + 1] = this.#b;
		words[at + 2] = this.#c;
		words[at + 3] = this.#counter;
	}

	/** Draws from the state that `save` wrote, as if what has drawn from it meanwhile had been this generator. */
	restore(words: Int32Array, at: number): void {
		this.#a = words[at]!;
		this.#b = words[at + 1]!;
		this.#c = words[at + 2]!;
		this.#counter = words[at + 3]!;
	}

	/** A number uniform in [low, high). */
	uniform(low = 0, high = 1): number {
		return low + (high - low) * (this.uint32() / 0x100000000);
	}

	/** An integer uniform in [low, high), as `numpy.random.randint`. */
	integer(low: number, high: number): number {
		return low + Math.floor(this.uniform() * (high - low));
	}

	/** A normal number with the given mean and standard deviation (Marsaglia's polar method). */
	normal(mean = 0, deviation = 1): number {
		if (this.#spare !== undefined) {
			const spare = this.#spare;
			this.#spare = undefined;
			return mean + deviation * spare;
		}
		let u: number;
		let v: number;
		let s: number;
		do {
			u = this.uniform(-1, 1);
			v = this.uniform(-1, 1);
			s = u * u + v * v;
		} while (s >= 1 || s === 0);
		const scale = Math.sqrt((-2 * Math.log(s)) / s);
		this.#spare = v * scale;
		return mean + deviation * u * scale;
	}

	/** Fills an array with normal numbers: those that as many calls of `normal` would give, in half the time. */
	fillNormal(values: Float32Array, mean = 0, deviation = 1): void {
		const law = { mean, deviation };
		this.fillNormalBy(values, law, (pairs, state) =>
			fillNormalPairs(pairs, state, law),
		);
	}

	/** As `fillNormal`; `fillPairs` fills all of them that are drawn two by two, and moves on the state: four words. */
	fillNormalBy(
		values: Float32Array,
		{ mean, deviation }: { readonly mean: number; readonly deviation: number },
		fillPairs: (pairs: Float32Array, state: Int32Array) => void,
	): void {
		const { length } = values;
		let at = 0;
		if (this.#spare !== undefined && at < length)
			values[at++] = this.normal(mean, deviation);
		const end = length - ((length - at) % 2);
		const state = Int32Array.of(this.#a, this.#b, this.#c, this.#counter);
		fillPairs(values.subarray(at, end), state);
		[this.#a, this.#b, this.#c, this.#counter] = state as unknown as State;
		if (end < length) values[end] = this.normal(mean, deviation);
	}
}

type State = [number, number, number, number];

/**
 * Fills an array with pairs of normal numbers, and moves on the state.
 *
 * The state is in local variables meanwhile, and `2 x / 2^32 - 1` is `uniform(-1, 1)`: nothing of it is rounded.
 */
function fillNormalPairs(
	values: Float32Array,
	state: Int32Array,
	{ mean, deviation }: { readonly mean: number; readonly deviation: number },
): void {
	let [a, b, c, counter] = state as unknown as State;
	for (let at = 0; at < values.length; at += 2) {
		let u: number;
		let v: number;
		let s: number;
		do {
			let sum = (a + b + counter++) | 0;
			a = b ^ (b >>> 9);
			b = (c + (c << 3)) | 0;
			c = (((c << 21) | (c >>> 11)) + sum) | 0;
			u = (sum >>> 0) / 0x80000000 - 1;
			sum = (a + b + counter++) | 0;
			a = b ^ (b >>> 9);
			b = (c + (c << 3)) | 0;
			c = (((c << 21) | (c >>> 11)) + sum) | 0;
			v = (sum >>> 0) / 0x80000000 - 1;
			s = u * u + v * v;
		} while (s >= 1 || s === 0);
		const scale = Math.sqrt((-2 * Math.log(s)) / s);
		values[at] = mean + deviation * u * scale;
		values[at + 1] = mean + deviation * (v * scale);
	}
	state.set([a, b, c, counter]);
}
