import { type Checks, checkOptions } from "../check/check-options.js";
import { keyed, number, oneOf, whole } from "../check/checks.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import type { Own } from "../own.js";
import {
	dataFor,
	type StatisticsOptions,
	statisticsChecks,
	withStatistics,
} from "./batch-norm-statistics.js";
import type { CombineRule, FisherOptions } from "./combination.js";
import { type Shares, weightedSum } from "./weighted-sum.js";

/** How far, and of what, one goes from a first run to a second one. */
export interface InterpolateOptions extends StatisticsOptions {
	/** From 0, the first run, to 1, the second; 0.5 by default. */
	readonly alpha?: number;
	/** `backbone` keeps the head of the second run; `all` by default. */
	readonly parts?: "all" | "backbone";
	/**
	 * Weighs each element by its Fisher information in the two runs, of which small ones count as `floor`, 1e-8 by
	 * default; of 1,000 examples and seed 0 where nothing else is said. Left out, all count alike.
	 */
	readonly fisher?: Partial<FisherOptions> & { readonly floor?: number };
}

const checks: Checks<InterpolateOptions> = {
	alpha: number({ from: 0, to: 1 }),
	parts: oneOf(["all", "backbone"]),
	fisher: keyed({
		examples: whole({ from: 1 }),
		seed: whole(),
		floor: number({ above: 0 }),
	}),
	...statisticsChecks,
};

/** The share that the second run has of each element: `alpha F1 / ((1 - alpha) F0 + alpha F1)`. */
export function fisherShares(
	alpha: number,
	[first, second]: readonly [ArrayLike<number>, ArrayLike<number>],
	floor: number,
): [Float64Array, Float64Array] {
	const of = (share: number, values: ArrayLike<number>) =>
		Float64Array.from(values, (value) => share * Math.max(value, floor));
	const [one, two] = [of(1 - alpha, first), of(alpha, second)];
	const share = (part: Float64Array) =>
		part.map((value, i) => value / ((one[i] as number) + (two[i] as number)));
	return [share(one), share(two)];
}

const values = (tensors: NamedTensors, name: string): Float32Array =>
	tensors[name]?.data as Float32Array;

/**
 * WiSE-FT: the weights on the line from one run to another, `(1 - alpha) a + alpha b`.
 *
 * Source: Wortsman et al., "Robust fine-tuning of zero-shot models", 2022; mlfoundations/wise-ft, `src/wise_ft.py`,
 * the Fisher form too.
 */
export function interpolate(
	options: InterpolateOptions = {},
): Own<CombineRule, InterpolateOptions> {
	checkOptions("interpolate", options, checks);
	return {
		name: "interpolate",
		options: { ...options, alpha: options.alpha ?? 0.5 },
		source: { module: import.meta.url, name: interpolate.name },
		make: ({ alpha = 0.5, parts = "all", fisher, ...statistics }) => ({
			leader: "last",
			uses: fisher ? ["training"] : dataFor(statistics),
			arrange(runs) {
				if (runs.length === 2) return runs;
				throw new RangeError(
					`interpolate goes from one run to another: give two, not ${runs.length}`,
				);
			},
			async combine(members, about) {
				const found: NamedTensors[] = [];
				const { floor = 1e-8, examples = 1000, seed = 0 } = fisher ?? {};
				if (fisher && alpha > 0 && alpha < 1)
					for (const member of members)
						found.push(await about.fisher(member, { examples, seed }));
				const [first, second] = found;
				const sharesOf = (name: string): Shares => {
					if (parts === "backbone" && about.isHead(name)) return [0, 1];
					if (!first?.[name] || !second?.[name]) return [1 - alpha, alpha];
					const both = [values(first, name), values(second, name)] as const;
					return fisherShares(alpha, both, floor);
				};
				const tensors = await weightedSum(members, sharesOf, statistics);
				return { tensors: await withStatistics(tensors, statistics, about) };
			},
		}),
	};
}
