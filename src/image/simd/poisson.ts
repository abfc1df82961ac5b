/** Counts whose probability is smaller than this, relative to the likeliest one, are never drawn: 2^-80. */
const negligible: f64 = 8.271806125530277e-25;

/** Writes the probabilities of counts, relative to the likeliest one, the likeliest last; gives the smallest count. */
function oddsBelow(rate: f64, odds: usize): u32 {
	const mode = u32(floor<f64>(rate));
	let one: f64 = 1;
	let count = mode;
	store<f64>(odds + 8 * mode, one);
	for (; count > 0 && one > negligible; count--) {
		one *= f64(count) / rate;
		store<f64>(odds + 8 * (count - 1), one);
	}
	return count;
}

/** Writes the probabilities of counts above the likeliest one; gives the count behind the largest. */
function oddsAbove(rate: f64, odds: usize): u32 {
	let count = u32(floor<f64>(rate)) + 1;
	let one = rate / f64(count);
	for (; one > negligible; count++) {
		store<f64>(odds + 8 * count, one);
		one *= rate / f64(count + 1);
	}
	return count;
}

/**
 * Tabulates the counts of a rate for sampling by inversion, and gives how many there are.
 *
 * Thresholds, of 32 bits, are `floor(2^32 · P(K <= k))`; what was cut off from them has 64 bits, a count 16. `odds` has
 * room for a number of 64 bits for each count from 0 to the largest.
 */
export function tabulatePoisson(
	rate: f64,
	odds: usize,
	thresholds: usize,
	fractions: usize,
	counts: usize,
): i32 {
	const smallest = oddsBelow(rate, odds);
	const end = oddsAbove(rate, odds);
	let total: f64 = 0;
	for (let k = smallest; k < end; k++) total += load<f64>(odds + 8 * k);
	let sum: f64 = 0;
	for (let k = smallest; k < end; k++) {
		sum += load<f64>(odds + 8 * k);
		const scaled = min<f64>(1, sum / total) * 4294967296;
		const whole = min<f64>(floor<f64>(scaled), 4294967295);
		const isLast = k === end - 1;
		const i = k - smallest;
		store<u32>(thresholds + 4 * i, isLast ? u32.MAX_VALUE : u32(whole));
		store<f64>(fractions + 8 * i, isLast ? 1 : scaled - whole);
		store<u16>(counts + 2 * i, k);
	}
	return end - smallest;
}

/** Writes for each level and leading byte of a draw where the first threshold lies that can exceed the draw. */
export function guidePoissons(
	levels: i32,
	starts: usize,
	thresholds: usize,
	guide: usize,
): void {
	for (; levels > 0; levels--, starts += 4) {
		let at: usize = load<u32>(starts);
		for (let byte: u32 = 0; byte < 256; byte++, guide += 4) {
			while (load<u32>(thresholds + 4 * at) < byte << 24) at++;
			store<u32>(guide, at);
		}
	}
}
