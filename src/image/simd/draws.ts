// Draws of sfc32 as src/random.ts makes them. Its state is four words: a, b, c and a counter.

/** `Math.exp` and `Math.log`, which a few draws in a hundred ask for. */
declare function exp(x: f64): f64;
declare function log(x: f64): f64;

/** The next 32 bits. */
function next(state: usize): u32 {
	const b = load<u32>(state, 4);
	const c = load<u32>(state, 8);
	const counter = load<u32>(state, 12);
	const bits = load<u32>(state) + b + counter;
	store<u32>(state, b ^ (b >>> 9));
	store<u32>(state, c + (c << 3), 4);
	store<u32>(state, rotl<u32>(c, 21) + bits, 8);
	store<u32>(state, counter + 1, 12);
	return bits;
}

/** A number uniform in [0, 1). */
function uniform(state: usize): f64 {
	return f64(next(state)) / 4294967296;
}

/** Keeps a state that was in local variables. */
function save(state: usize, a: u32, b: u32, c: u32, counter: u32): void {
	store<u32>(state, a);
	store<u32>(state, b, 4);
	store<u32>(state, c, 8);
	store<u32>(state, counter, 12);
}

// Where there are many to draw, the state is in local variables meanwhile.

/** Draws 64-bit numbers `low + scale · bits`. */
export function drawUniforms(
	state: usize,
	low: f64,
	scale: f64,
	count: i32,
	result: usize,
): void {
	let a = load<u32>(state);
	let b = load<u32>(state, 4);
	let c = load<u32>(state, 8);
	let counter = load<u32>(state, 12);
	const end = result + 8 * count;
	for (; result < end; result += 8) {
		const bits = a + b + counter++;
		a = b ^ (b >>> 9);
		b = c + (c << 3);
		c = rotl<u32>(c, 21) + bits;
		store<f64>(result, low + scale * f64(bits));
	}
	save(state, a, b, c, counter);
}

/** Draws integers of 32 bits, `low + floor(range · bits / 2^32)`. */
export function drawIntegers(
	state: usize,
	low: i32,
	range: u32,
	count: i32,
	result: usize,
): void {
	let a = load<u32>(state);
	let b = load<u32>(state, 4);
	let c = load<u32>(state, 8);
	let counter = load<u32>(state, 12);
	const end = result + 4 * count;
	for (; result < end; result += 4) {
		const bits = a + b + counter++;
		a = b ^ (b >>> 9);
		b = c + (c << 3);
		c = rotl<u32>(c, 21) + bits;
		store<i32>(result, low + i32((u64(bits) * u64(range)) >> 32));
	}
	save(state, a, b, c, counter);
}

// The tables of the ziggurat: 128 widths and 128 heights of 64 bits, and 128 edges of 32.
const heights: usize = 1024;
const edges: usize = 2048;
/** Where the tail begins. */
const tail: f64 = 3.442619855899;

/** Draws 64-bit normal numbers. */
export function drawNormals(
	state: usize,
	tables: usize,
	mean: f64,
	deviation: f64,
	count: i32,
	result: usize,
): void {
	let a = load<u32>(state);
	let b = load<u32>(state, 4);
	let c = load<u32>(state, 8);
	let counter = load<u32>(state, 12);
	const end = result + 8 * count;
	for (; result < end; result += 8) {
		const bits = a + b + counter++;
		a = b ^ (b >>> 9);
		b = c + (c << 3);
		c = rotl<u32>(c, 21) + bits;
		const layer: usize = bits & 127;
		const magnitude = i32(bits) >> 7;
		let value = f64(magnitude) * load<f64>(tables + 8 * layer);
		if (abs<i32>(magnitude) >= load<i32>(tables + 4 * layer, edges)) {
			save(state, a, b, c, counter);
			value = rejected(state, tables, magnitude, layer);
			a = load<u32>(state);
			b = load<u32>(state, 4);
			c = load<u32>(state, 8);
			counter = load<u32>(state, 12);
		}
		store<f64>(result, mean + deviation * value);
	}
	save(state, a, b, c, counter);
}

/** Finishes the one draw in a hundred that the rectangle of its layer does not decide. */
function rejected(
	state: usize,
	tables: usize,
	first: i32,
	firstLayer: usize,
): f64 {
	let magnitude = first;
	let layer = firstLayer;
	while (abs<i32>(magnitude) >= load<i32>(tables + 4 * layer, edges)) {
		if (layer === 0) {
			const beyond = drawTail(state);
			return magnitude < 0 ? -beyond : beyond;
		}
		const x = f64(magnitude) * load<f64>(tables + 8 * layer);
		const low = load<f64>(tables + 8 * layer, heights);
		const high = load<f64>(tables + 8 * layer, heights - 8);
		const y = low + uniform(state) * (high - low);
		if (y < exp(-0.5 * x * x)) return x;
		const bits = next(state);
		layer = bits & 127;
		magnitude = i32(bits) >> 7;
	}
	return f64(magnitude) * load<f64>(tables + 8 * layer);
}

function drawTail(state: usize): f64 {
	let x: f64;
	let y: f64;
	do {
		x = -log(1 - uniform(state)) / tail;
		y = -log(1 - uniform(state));
	} while (2 * y <= x * x);
	return tail + x;
}

/**
 * Draws Poisson counts of 16 bits, one for each byte of `levels`.
 *
 * `guide` is that of `guidePoissons`. Thresholds have 32 bits, what was cut off from them has 64, the counts that they
 * belong to have 16.
 */
export function drawPoissons(
	state: usize,
	levels: usize,
	count: i32,
	guide: usize,
	thresholds: usize,
	fractions: usize,
	counts: usize,
	result: usize,
): void {
	let a = load<u32>(state);
	let b = load<u32>(state, 4);
	let c = load<u32>(state, 8);
	let counter = load<u32>(state, 12);
	for (const end = levels + count; levels < end; levels++, result += 2) {
		const bits = a + b + counter++;
		a = b ^ (b >>> 9);
		b = c + (c << 3);
		c = rotl<u32>(c, 21) + bits;
		const entry = (usize(load<u8>(levels)) << 8) | (bits >>> 24);
		let at: usize = load<u32>(guide + 4 * entry);
		while (bits > load<u32>(thresholds + 4 * at)) at++;
		if (bits === load<u32>(thresholds + 4 * at)) {
			save(state, a, b, c, counter);
			at = refined(thresholds, fractions, at, uniform(state));
			a = load<u32>(state);
			b = load<u32>(state, 4);
			c = load<u32>(state, 8);
			counter = load<u32>(state, 12);
		}
		store<u16>(result, load<u16>(counts + 2 * at));
	}
	save(state, a, b, c, counter);
}

/** Decides by bits beyond the first 32 where those equal a threshold. */
function refined(
	thresholds: usize,
	fractions: usize,
	first: usize,
	rest: f64,
): usize {
	const bits = load<u32>(thresholds + 4 * first);
	let at = first;
	while (
		load<u32>(thresholds + 4 * at) === bits &&
		rest >= load<f64>(fractions + 8 * at)
	)
		at++;
	return at;
}
