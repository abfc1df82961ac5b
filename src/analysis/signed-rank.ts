/** Differences in percent that are nearer to each other than this are ties: they differ in rounding only. */
const finest = 1e-9;

/** Twice the rank of each value from the smallest on; equal ones share the mean of their ranks. */
function doubledRanks(values: readonly number[]): number[] {
	const sorted = values.toSorted((a, b) => a - b);
	return values.map(
		(value) => sorted.indexOf(value) + 1 + (sorted.lastIndexOf(value) + 1),
	);
}

/**
 * Wilcoxon's signed-rank test of paired differences: how likely a sum of ranks as far from its middle is where every
 * sign is as likely as its opposite; exact, over all patterns of signs.
 *
 * Differences of 0 are left out, ties get the mean of their ranks; 1 where nothing is left. Equal to
 * `scipy.stats.wilcoxon(mode="exact")` where there are no ties, for which that has no exact distribution.
 */
export function signedRank(differences: readonly number[]): number {
	const whole = differences
		.map((difference) => Math.round(difference / finest))
		.filter((difference) => difference !== 0);
	const ranks = doubledRanks(whole.map(Math.abs));
	const total = ranks.reduce((sum, rank) => sum + rank, 0);
	const positive = ranks.reduce(
		(sum, rank, i) => ((whole[i] as number) > 0 ? sum + rank : sum),
		0,
	);
	// How likely each sum of the ranks with a plus is.
	let likely = new Float64Array(total + 1);
	likely[0] = 1;
	for (const rank of ranks)
		likely = likely.map(
			(one, sum) =>
				(one + (sum < rank ? 0 : (likely[sum - rank] as number))) / 2,
		);
	const least = Math.min(positive, total - positive);
	const tail = likely.subarray(0, least + 1).reduce((sum, one) => sum + one, 0);
	return Math.min(1, 2 * tail);
}
