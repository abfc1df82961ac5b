import type { NamedTensor, NamedTensors } from "../checkpoint/tensor.js";
import { meanBeside, type StatisticsOptions } from "./batch-norm-statistics.js";
import type { Member } from "./combination.js";

/** How much each member counts of a weight: one number each, or one for each element. */
export type Shares = readonly (number | Float64Array)[];

/** The shares of all members of a weight by its name. */
export type SharesOf = (name: string, members: number) => Shares;

/** All members alike. */
export const equalShares: SharesOf = (_, members) =>
	Array.from({ length: members }, () => 1 / members);

const valuesOf = (tensor: NamedTensor | undefined): Float32Array =>
	tensor?.data as Float32Array;

/** Adds a member's share to a sum, which begins with the first share that is not 0: alone, it keeps every bit. */
function add(
	sum: Float64Array | undefined,
	share: number | Float64Array,
	value: (element: number) => number,
	length: number,
): Float64Array | undefined {
	if (share === 0) return sum;
	const shareAt =
		typeof share === "number" ? () => share : (i: number) => share[i] as number;
	const whole = sum ?? new Float64Array(length).fill(-0);
	for (let i = 0; i < length; i++)
		whole[i] = (whole[i] as number) + shareAt(i) * value(i);
	return whole;
}

/** Mixed second moments less the square of the mixed mean. */
function variancesOf(
	name: string,
	sums: ReadonlyMap<string, Float64Array>,
): Float64Array {
	const mean = sums.get(meanBeside(name) as string) as Float64Array;
	return (sums.get(name) as Float64Array).map((moment, i) =>
		Math.max(0, moment - (mean[i] as number) ** 2),
	);
}

/**
 * The weights of several runs, each by its share, added up in double precision.
 *
 * With `batchNorm: "merge"` running variances are those of the mixture.
 */
export async function weightedSum(
	members: readonly Member[],
	sharesOf: SharesOf,
	{ batchNorm }: Pick<StatisticsOptions, "batchNorm"> = {},
): Promise<NamedTensors> {
	const sums = new Map<string, Float64Array>();
	let shapes: NamedTensors = {};
	const isMerged = (name: string): boolean =>
		batchNorm === "merge" && meanBeside(name) !== undefined;
	for (const [at, member] of members.entries()) {
		const tensors = await member.read();
		shapes = tensors;
		for (const [name, tensor] of Object.entries(tensors)) {
			const values = valuesOf(tensor);
			const means = valuesOf(tensors[meanBeside(name) ?? ""]);
			const value = isMerged(name)
				? (i: number) => (values[i] as number) + (means[i] as number) ** 2
				: (i: number) => values[i] as number;
			const share = sharesOf(name, members.length)[at] as number | Float64Array;
			const sum = add(sums.get(name), share, value, values.length);
			if (sum) sums.set(name, sum);
		}
	}
	return Object.fromEntries(
		Object.entries(shapes).map(([name, { shape }]) => {
			const sum = isMerged(name)
				? variancesOf(name, sums)
				: (sums.get(name) as Float64Array);
			const data = Float32Array.from(sum);
			return [name, { dtype: "float32" as const, shape: [...shape], data }];
		}),
	);
}
