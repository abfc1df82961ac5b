/** The sum of `values`, added in the order of `numpy.sum`, so that normalized kernels round as they do there. */
export function pairwiseSum(values: Float64Array): number {
	const { length } = values;
	if (length > 128) {
		const half = Math.floor(length / 16) * 8;
		return (
			pairwiseSum(values.subarray(0, half)) + pairwiseSum(values.subarray(half))
		);
	}
	const whole = length < 8 ? 0 : length - (length % 8);
	const sums = new Float64Array(8);
	for (let i = 0; i < whole; i++) sums[i % 8]! += values[i]!;
	let sum =
		sums[0]! +
		sums[1]! +
		(sums[2]! + sums[3]!) +
		(sums[4]! + sums[5]! + (sums[6]! + sums[7]!));
	for (let i = whole; i < length; i++) sum += values[i]!;
	return sum;
}
