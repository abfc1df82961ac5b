import { type Checks, checkOptions } from "../check/check-options.js";
import { flag } from "../check/checks.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import type { Own } from "../own.js";
import type { Run } from "../train/run.js";
import {
	dataFor,
	type StatisticsOptions,
	statisticsChecks,
	withStatistics,
} from "./batch-norm-statistics.js";
import { byId } from "./check-members.js";
import type { CombineRule } from "./combination.js";
import { type Shares, weightedSum } from "./weighted-sum.js";

/** What Model Stock measures angles of. */
export interface ModelStockOptions extends StatisticsOptions {
	/** Of each output channel on its own, in place of each whole tensor. */
	readonly filterWise?: boolean;
}

const checks: Checks<ModelStockOptions> = {
	...statisticsChecks,
	filterWise: flag,
};

const smallestProduct = 1e-6;

/** The mean over all pairs of the cosine between what two members moved by, in the elements from `start` on. */
function meanCosine(
	moves: readonly Float64Array[],
	start: number,
	length: number,
): number {
	const dot = (a: Float64Array, b: Float64Array): number => {
		let sum = 0;
		for (let i = start; i < start + length; i++)
			sum += (a[i] as number) * (b[i] as number);
		return sum;
	};
	const norms = moves.map((move) => Math.sqrt(dot(move, move)));
	let [total, pairs] = [0, 0];
	moves.forEach((move, i) => {
		for (let j = i + 1; j < moves.length; j++, pairs++) {
			const product = (norms[i] as number) * (norms[j] as number);
			const cosine =
				dot(move, moves[j] as Float64Array) /
				Math.max(product, smallestProduct);
			total += Math.min(1, Math.max(-1, cosine));
		}
	});
	return total / pairs;
}

/** How far to go from the start to the mean of `count` members whose moves have that cosine; from 0 to 1. */
export function stockShare(cosine: number, count: number): number {
	const share = (count * cosine) / (1 + (count - 1) * cosine);
	return cosine > 0 ? Math.min(1, share) : 0;
}

/** For each element the share of the mean of the members. */
function sharesOfTensor(
	moves: readonly Float64Array[],
	shape: readonly number[],
	filterWise: boolean,
): { readonly shares: Float64Array; readonly turned: number } {
	const length = moves[0]?.length ?? 0;
	const row =
		filterWise && shape.length > 1 ? length / (shape[0] as number) : length;
	const shares = new Float64Array(length);
	let turned = 0;
	for (let start = 0; start < length; start += row) {
		const cosine = meanCosine(moves, start, row);
		if (cosine < 0) turned++;
		shares.fill(stockShare(cosine, moves.length), start, start + row);
	}
	return { shares, turned };
}

function measured(
	all: readonly NamedTensors[],
	filterWise: boolean,
): { readonly of: Map<string, Float64Array>; readonly turned: string[] } {
	const [start, ...others] = all as [NamedTensors, ...NamedTensors[]];
	const of = new Map<string, Float64Array>();
	const turned: string[] = [];
	for (const [name, { shape, data }] of Object.entries(start)) {
		const origin = data as Float32Array;
		const moves = others.map((tensors) =>
			Float64Array.from(
				tensors[name]?.data as Float32Array,
				(value, i) => value - (origin[i] as number),
			),
		);
		const found = sharesOfTensor(moves, shape, filterWise);
		of.set(name, found.shares);
		if (found.turned > 0) turned.push(name);
	}
	return { of, turned };
}

/** The start first, which the others must have begun with. */
function arranged(runs: readonly Run[]): readonly Run[] {
	const [start, ...others] = runs;
	if (!start || others.length < 2)
		throw new RangeError(
			`Model Stock needs the run that the others began with, and at least two others: combineRuns([probe, one, another], modelStock()), not ${runs.length} runs`,
		);
	const strange = others.filter(
		({ record }) => record.from?.id !== start.id || record.from.rescaleHead,
	);
	if (strange.length > 0)
		throw new Error(
			`Model Stock goes from the weights that all runs began with to their mean, and ${strange.map(({ id }) => id).join(", ")} did not begin with ${start.id}: give the run first that the others were fine-tuned from, with { from: run }`,
		);
	return [start, ...byId(others)];
}

/**
 * Between the start and the mean of runs that began with it, tensor by tensor, as far as their moves agree: with the
 * mean cosine `c` of N moves, `t = N c / (1 + (N - 1) c)` of the way, kept in [0, 1].
 *
 * The first of the runs is the start. Tensors whose moves point apart, c < 0, stay at the start and are listed as
 * found. Source: Jang et al., "Model Stock", 2024; arcee-ai/mergekit, `model_stock.py`.
 */
export function modelStock(
	options: ModelStockOptions = {},
): Own<CombineRule, ModelStockOptions> {
	checkOptions("modelStock", options, checks);
	return {
		name: "model-stock",
		options,
		source: { module: import.meta.url, name: modelStock.name },
		make: ({ filterWise = false, ...statistics }) => ({
			leader: "last",
			uses: dataFor(statistics),
			arrange: arranged,
			async combine(members, about) {
				const all = await Promise.all(members.map((member) => member.read()));
				const { of, turned } = measured(all, filterWise);
				const sharesOf = (name: string, count: number): Shares => {
					const share = of.get(name) as Float64Array;
					const each = share.map((value) => value / (count - 1));
					return [
						share.map((value) => 1 - value),
						...members.slice(1).map(() => each),
					];
				};
				const tensors = await weightedSum(members, sharesOf, statistics);
				return {
					tensors: await withStatistics(tensors, statistics, about),
					...(turned.length > 0 && { found: { "moves apart": turned } }),
				};
			},
		}),
	};
}
