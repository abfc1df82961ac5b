import { setImmediate as nextTurn } from "node:timers/promises";
import type { Backbone } from "../backbones/backbone.js";
import { type Claim, heeding, withClaim } from "../runs/claim.js";
import { ClaimLostError } from "../runs/claim-lost-error.js";
import { isRun, runFiles } from "../runs/run-folder.js";
import { makeFolder, removePartials, writeWhole } from "../runs/whole-file.js";
import type { Task } from "../tasks/task.js";
import { type BatchOf, batchStream } from "./batch-stream.js";
import { type Beginning, modelOfRun, originOf } from "./begin-with.js";
import { checkFinetuneOptions } from "./check-finetune-options.js";
import { checkMinimum } from "./check-weights.js";
import { valuesOf, type WeightValues } from "./distances.js";
import { expectedSteps } from "./length.js";
import { type Every, lookout } from "./look.js";
import { measure } from "./measure.js";
import { copyOfModel, disposeModel, newModel } from "./model.js";
import { notebookReporter } from "./notebook-reporter.js";
import { notebookSignal } from "./notebook-signal.js";
import { plannedRun } from "./planned-run.js";
import type { Recipe } from "./recipe.js";
import type { Reporter } from "./reporter.js";
import { openRun, type Run, type RunRecord } from "./run.js";
import { explainDivergence, saveResult, type Training } from "./save-result.js";
import { saves } from "./saves.js";
import { rateAt } from "./schedule.js";
import { makeTrainStep } from "./train-step.js";
import { trainingLog } from "./training-log.js";
import {
	type LastUpdate,
	removeState,
	resumeState,
	saveState,
} from "./training-state.js";
import { hasStopped } from "./watch.js";

/** What a run is called and where it is kept; nothing here changes what it learns. */
export interface FinetuneOptions<Target = unknown, Prediction = unknown> {
	/** What the run calls the backbone; by default its own name, or that of its architecture. */
	readonly name?: string;
	/**
	 * The finished run of the same backbone and task with whose weights this one begins, its head included, such as a
	 * probe: `{ from: await finetune(backbone, task, { ...recipe, transfer: "fixed-feature" }) }`. Part of the run's id.
	 */
	readonly from?: Run;
	/**
	 * Whether the head of `from`, one linear layer, is brought to the standard deviation of one drawn anew: a probe with
	 * large weights distorts the features in the first steps. Part of the run's id.
	 */
	readonly rescaleHead?: boolean;
	/** Where runs are kept, each in a folder of its own; `runs` by default. */
	readonly folder?: string;
	/** By default a notebook's progress bar, and none elsewhere. */
	readonly reporter?: Reporter;
	/** Stops training after the update in progress, with everything saved; in a notebook its interrupt does too, and the end of its kernel. */
	readonly signal?: AbortSignal;
	/** How often everything is saved, at least; 60 by default, and after each update that takes long. A killed process loses that much work at most. */
	readonly saveSeconds?: number;
	/**
	 * Threads that prepare examples ahead, and as many that mix them by PRIME, 0 for none; by default at most one less than
	 * there are cores, where that saves time. The run does not depend on it.
	 */
	readonly workers?: number;
	/**
	 * What is done every so many updates or epochs: `{ steps: 100, do: async ({ score, log }) => log({ "held-out
	 * accuracy": await score() }) }`.
	 */
	readonly every?: Every<Target, Prediction>;
}

/** Nothing is left out of training in silence: a run is what its recipe says. */
function explainStop(error: unknown, step: number): Error {
	return new Error(
		`${(error as Error).message}; training stops after step ${step}, and all is saved: call finetune again when this is mended, and it goes on there`,
		{ cause: error },
	);
}

/** Makes updates one after the other, each from a batch that is taken before it. */
function updates<Target, Prediction>(
	task: Task<Target, Prediction>,
	{ record, trainStep, state: { standing } }: Training,
	workers: number | undefined,
) {
	const { recipe } = record;
	const stream = batchStream({ task, recipe, from: standing.step }, workers);
	return {
		take: async () => (await stream.next()).value as BatchOf,
		make(batchOf: BatchOf): LastUpdate {
			const { step } = standing;
			const position = { step, steps: expectedSteps(record, standing) };
			const scale = standing.watch?.plateau.scale ?? 1;
			const loss = trainStep.update(position, batchOf, scale);
			if (!Number.isFinite(loss))
				throw explainDivergence(record, step, `the loss is ${loss}`);
			standing.step++;
			const rate = rateAt(position, recipe.learningRate, recipe);
			return { loss, learningRate: scale * rate };
		},
		end: () => stream.return(),
	};
}

/** The loop: take the examples, make an update, write it down, and save everything now and then. */
async function train<Target, Prediction>(
	task: Task<Target, Prediction>,
	training: Training,
	options: FinetuneOptions<Target, Prediction>,
): Promise<void> {
	const { reporter = notebookReporter(), signal, saveSeconds = 60 } = options;
	const { record, folder, model, trainStep, state } = training;
	const { standing } = state;
	const { take, make, end } = updates(task, training, options.workers);
	const log = trainingLog(folder, { record, standing }, reporter);
	const variables = { ...model.params, ...trainStep.slots };
	const between = lookout(task, {
		...training,
		model: training.result,
		every: options.every,
		signal,
	});
	const saving = saves(() => {
		// What another process has taken over is not saved.
		if (signal?.reason instanceof ClaimLostError) throw signal.reason;
		saveState(folder, variables, state);
	}, saveSeconds);
	const stop = (error: unknown): never => {
		saving.now();
		throw signal?.aborted ? error : explainStop(error, standing.step);
	};
	const isLast = () => standing.step >= expectedSteps(record, standing);
	const isOver = () => isLast() || hasStopped(record.recipe, standing.watch);
	const measured = { record, trainStep, signal };
	try {
		while (standing.pending || !isOver()) {
			await nextTurn();
			const began = performance.now();
			if (signal?.aborted) {
				saving.now();
				signal.throwIfAborted();
			}
			saving.turn();
			if (standing.pending) {
				const { pending } = standing;
				const entry = await between.look(pending, isLast()).catch(stop);
				standing.pending = undefined;
				log(entry);
				continue;
			}
			await measure(task, { ...measured, step: standing.step }).catch(stop);
			const last = make(await take().catch(stop));
			standing.seconds += (performance.now() - began) / 1000;
			if (between.isDue(isLast())) standing.pending = last;
			else log(last);
		}
	} finally {
		between.dispose();
		await end();
	}
}

const beginningOf = ({
	from: run,
	rescaleHead = false,
}: Pick<FinetuneOptions, "from" | "rescaleHead">): Beginning | undefined =>
	run && { run, rescaleHead };

async function trainFrom<Target, Prediction>(
	source: Backbone,
	task: Task<Target, Prediction>,
	{
		record,
		folder,
		options,
	}: {
		record: RunRecord;
		folder: string;
		options: FinetuneOptions<Target, Prediction>;
	},
): Promise<void> {
	const { seed } = record.recipe;
	const beginning = beginningOf(options);
	const model = beginning
		? await modelOfRun(beginning, task as Task, { source, seed })
		: newModel(source, task, seed);
	const { average } = record.recipe;
	const result = average ? copyOfModel(model, task) : model;
	const trainStep = makeTrainStep(
		task,
		{ ...model, ...(average && { average: result }) },
		record.recipe,
	);
	try {
		const variables = { ...model.params, ...trainStep.slots };
		// Before a state is read: where the run began, however often it was stopped.
		const initial: WeightValues = options.every ? valuesOf(model) : new Map();
		const state = await resumeState(folder, variables);
		const parts = { model, result, initial, trainStep, state };
		const training = { record, folder, ...parts };
		await train(task, training, options);
		saveResult(training);
	} finally {
		trainStep.dispose();
		if (result !== model) disposeModel(result);
		disposeModel(model);
	}
}

/**
 * Fine-tunes a copy of a backbone on a task, in a folder of its own under `folder`.
 *
 * Where the recipe watches held-out data, the weights may be those of the best score, after the update that the log's
 * rows call `best`, and training may end before its length. Called again with the same arguments it returns the finished run, or goes on with the unfinished one,
 * bit for bit as if it had never stopped. Choose the engine first. Throws where the recipe makes no
 * sense, `from` is of another architecture, task or normalization, the loss is no number any more, the folder cannot be written, something in it is damaged, a
 * training image cannot be read (none is left out; the run goes on when the file is mended), or another
 * process writes to it; and the reason of `signal` where that stops it.
 */
export async function finetune<Target, Prediction>(
	source: Backbone,
	task: Task<Target, Prediction>,
	recipe: Recipe,
	options: FinetuneOptions<Target, Prediction> = {},
): Promise<Run> {
	checkFinetuneOptions(options);
	const beginning = beginningOf(options);
	const from = beginning && (await originOf(beginning, source, task as Task));
	const { name, folder: runs } = options;
	const given = { recipe, name, from, folder: runs };
	const { record, folder } = plannedRun(source, task, given);
	const run = isRun(folder) ? openRun(folder) : undefined;
	if (run?.finished) return run;
	if (!run) checkMinimum(source, task, recipe);
	makeFolder(folder);
	const signal = notebookSignal(options.signal);
	const work = async (claim: Claim) => {
		const stopping = { ...options, signal: heeding([claim], signal) };
		removePartials(folder);
		if (!isRun(folder)) {
			const text = `${JSON.stringify(record, null, "\t")}\n`;
			writeWhole(runFiles(folder).record, text);
		}
		if (openRun(folder).finished) removeState(folder);
		else {
			// The record says what is made by someone, the recipe given makes it.
			const training = { record: { ...record, recipe }, folder };
			await trainFrom(source, task, { ...training, options: stopping });
		}
	};
	await withClaim(folder, work, signal);
	return openRun(folder);
}
