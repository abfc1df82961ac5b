import { existsSync } from "node:fs";
import { readCheckpoint } from "../checkpoint/read.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import type { Params } from "../nn/params.js";
import { removeFile } from "../runs/publish-file.js";
import { type LogRow, readLog, runFiles } from "../runs/run-folder.js";
import { readWeights, writeWeights } from "../runs/weights-file.js";
import { writeWhole } from "../runs/whole-file.js";
import { assignParams } from "./model.js";
import type { WatchState } from "./watch.js";

/** Where training stands, besides weights and slots. */
export interface Standing {
	/** Updates made so far. */
	step: number;
	/** Spent in training, interruptions left out. */
	seconds: number;
	/** Of the losses since the last row of the log. */
	lossSum: number;
	lossCount: number;
	/** The last update, where what is done after it is not done yet. */
	pending?: LastUpdate | undefined;
	/** What is known of scores on held-out data. */
	watch?: WatchState;
	/** The numbers that were logged last, by name. */
	numbers?: Readonly<Record<string, number>>;
}

/** What is said of an update once it is made. */
export interface LastUpdate {
	readonly loss: number;
	readonly learningRate: number;
}

/** All that a run goes on with. */
export interface TrainingState {
	readonly standing: Standing;
	/** The state_dict with the best score on held-out data so far, where it is kept. */
	best?: NamedTensors | undefined;
}

const beginning = (): Standing => ({
	step: 0,
	seconds: 0,
	lossSum: 0,
	lossCount: 0,
});

const bestPrefix = "best/";

function snapshot(variables: Params): NamedTensors {
	return Object.fromEntries(
		Object.entries(variables).map(([name, variable]) => [
			name,
			{
				dtype: "float32" as const,
				shape: variable.shape,
				data: variable.dataSync<"float32">(),
			},
		]),
	);
}

function restore(variables: Params, tensors: NamedTensors, path: string): void {
	const names = Object.keys(variables);
	const extra = Object.keys(tensors).filter((name) => !variables[name]);
	const missing = names.filter((name) => !tensors[name]);
	if (missing.length + extra.length > 0) {
		throw new Error(
			`${path} is of another run: missing ${missing.join(", ") || "nothing"}, left over ${extra.join(", ") || "nothing"}; remove it to begin the run anew`,
		);
	}
	assignParams(variables, tensors);
}

/** Saves everything that training needs to go on exactly, in one file that is replaced at once. */
export function saveState(
	folder: string,
	variables: Params,
	{ standing, best = {} }: TrainingState,
): void {
	const kept = Object.entries(best).map(([name, tensor]) => [
		bestPrefix + name,
		tensor,
	]);
	const tensors = { ...snapshot(variables), ...Object.fromEntries(kept) };
	writeWeights(runFiles(folder).state, tensors, {
		standing: JSON.stringify(standing),
	});
}

const noState = (folder: string): Error =>
	new Error(
		`the run in ${folder} has no saved state: nothing was learned yet, so that there is nothing to score`,
	);

/** Reads the last saved state of a run: its variables, where it stood, and the best weights; throws where there is none. */
export async function readState(
	folder: string,
): Promise<TrainingState & { readonly tensors: NamedTensors }> {
	const { state } = runFiles(folder);
	if (!existsSync(state)) throw noState(folder);
	const { tensors, metadata } = await readWeights(
		state,
		"remove it to begin the run anew",
	);
	const part = (isBest: boolean) =>
		Object.entries(tensors).filter(
			([name]) => name.startsWith(bestPrefix) === isBest,
		);
	const best = part(true).map(
		([name, tensor]) => [name.slice(bestPrefix.length), tensor] as const,
	);
	return {
		standing: JSON.parse(metadata.standing ?? "null") as Standing,
		tensors: Object.fromEntries(part(false)),
		...(best.length > 0 && { best: Object.fromEntries(best) }),
	};
}

/** After how many updates the last state of a run was saved; throws where there is none. */
export async function savedStep(folder: string): Promise<number> {
	const { state } = runFiles(folder);
	if (!existsSync(state)) throw noState(folder);
	const { metadata } = await readCheckpoint(state, { only: () => false });
	return (JSON.parse(metadata.standing ?? "null") as Standing).step;
}

/** Takes back what the log says of steps that have to be made again. */
function rewindLog(path: string, step: number): void {
	const log = readLog(path);
	const kept = log.filter((row: LogRow) => row.step <= step);
	const lines = kept.map((row) => `${JSON.stringify(row)}\n`);
	writeWhole(path, lines.join(""));
}

/**
 * Brings weights, slots and log to where the last saved state was, or the log to the beginning.
 *
 * Throws, and changes nothing on the disk, where state or log are damaged.
 */
export async function resumeState(
	folder: string,
	variables: Params,
): Promise<TrainingState> {
	const { state, log } = runFiles(folder);
	if (!existsSync(state)) {
		rewindLog(log, 0);
		return { standing: beginning() };
	}
	const { tensors, ...rest } = await readState(folder);
	restore(variables, tensors, state);
	const { step, pending } = rest.standing;
	rewindLog(log, pending ? step - 1 : step);
	return rest;
}

/** Removes the state of a run that has ended. */
export function removeState(folder: string): void {
	removeFile(runFiles(folder).state);
}
