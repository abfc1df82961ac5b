import { setImmediate as nextTurn } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import { compile } from "../engine/compile.js";
import { normalize } from "../nn/normalize.js";
import { isOwn } from "../own.js";
import type { Task } from "../tasks/task.js";
import type { Batch } from "../train/batch.js";
import { isBlockMatch } from "../train/blocks.js";
import type { Model } from "../train/model.js";
import { batchNormModes } from "../train/param-groups.js";
import { plainBatches } from "../train/plain-batches.js";
import type { Recipe } from "../train/recipe.js";

/** A batch norm moves its running statistics by this share of what it sees. */
const momentum = 0.1;

/** The names of the batch norms that a recipe trains with the statistics of the batch. */
function followingNorms({ backbone, head, params }: Model, recipe: Recipe) {
	for (const { match } of recipe.weights ?? [])
		if (typeof match === "object" && !isOwn(match) && !isBlockMatch(match))
			throw new Error(
				`which batch norms follow the batch cannot be told of a recipe that was read from the disk, whose weights are chosen by a filter of one's own, ${(match as { name: string }).name}: combine with batchNorm "interpolate" or "merge"`,
			);
	const modeOf = batchNormModes(recipe, backbone.architecture, (layer) =>
		Object.hasOwn(head, `${layer}.running_mean`),
	);
	const suffix = ".running_mean";
	return Object.keys(params)
		.filter((name) => name.endsWith(suffix))
		.map((name) => name.slice(0, -suffix.length))
		.filter((name) => modeOf(name) === "train");
}

interface Statistic {
	/** Of the batch norm. */
	readonly norm: string;
	readonly before: Float32Array;
	readonly variable: tf.Variable;
	readonly sum: Float64Array;
}

/** Adds up what each statistic has become, which began at 0, as a share of what was observed. */
function observe(statistics: readonly Statistic[]): void {
	for (const { variable, sum } of statistics)
		variable.dataSync<"float32">().forEach((value, i) => {
			sum[i] = (sum[i] as number) + value / momentum;
		});
}

const forget = (statistics: readonly Statistic[]): void =>
	tf.tidy(() => {
		for (const { variable } of statistics)
			variable.assign(tf.zeros(variable.shape));
	});

/** Throws where a batch norm is passed more than once, so that its statistics are of no one batch. */
function checkOnce(visits: ReadonlyMap<string, number>): void {
	const often = [...visits].filter(([, count]) => count > 1);
	if (often.length > 0)
		throw new Error(
			`${often.map(([name]) => name).join(", ")} sees several feature maps in one pass, whose statistics cannot be told apart: combine with batchNorm "interpolate" or "merge"`,
		);
}

/**
 * Gives the batch norms of a model the plain mean, over batches of training images, of the mean and the unbiased
 * variance of a batch; only those that the recipe trains in train mode.
 *
 * Images are augmented as the task does it, without what the recipe adds. Source: `torch.optim.swa_utils.update_bn`.
 */
export async function reEstimate(
	model: Model,
	task: Task,
	{
		recipe,
		batches,
		signal,
	}: {
		readonly recipe: Recipe;
		readonly batches: number;
		readonly signal?: AbortSignal | undefined;
	},
): Promise<void> {
	const norms = followingNorms(model, recipe);
	if (norms.length === 0)
		throw new Error(
			'the recipe trains no batch norm with the statistics of the batch, so that there are none to re-estimate: combine with batchNorm "interpolate"',
		);
	const statistics = norms.flatMap((norm) =>
		["running_mean", "running_var"].map((kind) => {
			const variable = model.params[`${norm}.${kind}`] as tf.Variable;
			const before = variable.dataSync<"float32">().slice();
			return { norm, before, variable, sum: new Float64Array(variable.size) };
		}),
	);
	const following = new Set(norms);
	const visits = new Map<string, number>();
	const see = compile(({ images, sizes }: Omit<Batch, "targets">) => {
		visits.clear();
		const batchNorm = (name: string) => {
			visits.set(name, (visits.get(name) ?? 0) + 1);
			return following.has(name) ? "train" : "eval";
		};
		const seen = normalize(images, task.normalization);
		return task.forward(model, seen, { batchNorm, ...(sizes && { sizes }) });
	});
	const batchAt = plainBatches(task, recipe);
	try {
		for (let step = 0; step < batches; step++) {
			await nextTurn();
			signal?.throwIfAborted();
			forget(statistics);
			const { targets, ...batch } = batchAt(step);
			tf.dispose(tf.tidy(() => see(batch)));
			tf.dispose([batch, targets] as never);
			checkOnce(visits);
			observe(statistics);
		}
	} finally {
		see.dispose?.();
	}
	for (const { norm, before, variable, sum } of statistics) {
		// What a forward pass does not reach, such as an auxiliary head, keeps its own.
		const after = visits.has(norm)
			? Float32Array.from(sum, (value) => value / batches)
			: before;
		tf.tidy(() => variable.assign(tf.tensor(after, variable.shape)));
	}
}
