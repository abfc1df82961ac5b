/**
 * The p-values of several tests, raised such that the chance of any false finding among all of them is what each says:
 * Holm's method. Those that are null stay so and do not count.
 *
 * Source: Holm 1979; equal to `statsmodels.stats.multitest.multipletests(method="holm")`.
 */
export function holm(values: readonly (number | null)[]): (number | null)[] {
	const order = [...values.keys()]
		.filter((i) => values[i] !== null)
		.sort((i, j) => (values[i] as number) - (values[j] as number));
	const raised = [...values];
	let least = 0;
	order.forEach((place, rank) => {
		const value = (order.length - rank) * (values[place] as number);
		least = Math.max(least, Math.min(1, value));
		raised[place] = least;
	});
	return raised;
}
