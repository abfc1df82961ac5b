import { isDeepStrictEqual } from "node:util";
import { type Backbone, checkBackbone } from "../backbones/backbone.js";
import { isZooName, zooEntry } from "../backbones/zoo.js";
import { type Checks, checkOptions, isRecord } from "../check/check-options.js";
import { text } from "../check/checks.js";
import type { Task } from "../tasks/task.js";
import type { Run } from "../train/run.js";
import { runOfBackbone } from "../train/run-of-backbone.js";
import { evaluate } from "./evaluate.js";
import { type EvaluateOptions, evaluateChecks } from "./evaluate-options.js";
import type { ResultRow } from "./result-row.js";

/** Which cells are scored, and where the runs are kept. */
export interface ScoreBackboneOptions
	extends Omit<EvaluateOptions, "unfinished"> {
	/** What rows call the backbone; by default its own name, or that of its architecture. Of several, each has its own. */
	readonly name?: string;
	/** Where runs are kept, each in a folder of its own; `runs` by default. */
	readonly folder?: string;
}

const { unfinished: _, ...scoringChecks } = evaluateChecks;

const checks: Checks<ScoreBackboneOptions> = {
	...scoringChecks,
	name: text,
	folder: text,
};

/** Throws where a published backbone is to see images otherwise than it was trained with. */
function checkNormalization(
	{ name = "" }: Backbone,
	{ normalization, name: task }: Pick<Task, "normalization" | "name">,
): void {
	if (!isZooName(name)) return;
	const own = zooEntry(name).normalization;
	if (isDeepStrictEqual({ ...own }, { ...normalization })) return;
	throw new Error(
		`${name} was trained with the normalization ${JSON.stringify(own)}, and ${task} has ${JSON.stringify(normalization)}: make the task with the same`,
	);
}

const isBackbone = (value: unknown): value is Backbone =>
	isRecord(value) && isRecord(value.params) && isRecord(value.architecture);

/**
 * Scores backbones on a task as they are, with their own heads, nothing fine-tuned: clean and under each corruption, as
 * `evaluate` does, which takes the runs too.
 *
 * Each is a finished run in a folder of its own, called by the hash of its weights, `imagenet-resnet50-prime-own-head-`
 * and so on; its rows have the transfer `none` and the learning rate 0. Called again with the same it computes only
 * what is missing. Choose the engine first. Throws where a backbone has no head of the task's classes, or is one of the
 * zoo and was trained with another normalization than the task has; and as `evaluate` does.
 */
export async function scoreBackbone<Target, Prediction>(
	backbones: Backbone | readonly Backbone[],
	task: Task<Target, Prediction>,
	options: ScoreBackboneOptions = {},
): Promise<ResultRow[]> {
	checkOptions("scoreBackbone", options, checks);
	const { name, folder = "runs", ...cells } = options;
	const all = [backbones].flat();
	if (all.length === 0 || !all.every(isBackbone))
		throw new TypeError(
			"scoreBackbone: backbones must be a backbone, or a list of them, as loadBackbone gives it",
		);
	if (name !== undefined && all.length > 1)
		throw new Error(
			`scoreBackbone: name is of one backbone, and there are ${all.length}: score them one by one, or give each a name, { ...backbone, name }`,
		);
	for (const one of all) {
		checkBackbone(one);
		checkNormalization(one, task);
	}
	const runs: Run[] = [];
	for (const one of all)
		runs.push(
			await runOfBackbone(one, task, {
				folder,
				...(name !== undefined && { name }),
			}),
		);
	return evaluate(runs, task, cells);
}
