import { existsSync, rmSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../checkpoint/tensor.js";
import { toFloat32 } from "../checkpoint/tensor.js";
import type { Params } from "../nn/params.js";
import { type LogRow, readLog, runFiles } from "../runs/run-folder.js";
import { readWeights, writeWeights } from "../runs/weights-file.js";
import { writeWhole } from "../runs/whole-file.js";

/** Where training stands, besides weights and slots. */
export interface Standing {
	/** Updates made so far. */
	step: number;
	/** Spent in training, interruptions left out. */
	seconds: number;
	/** Of the losses since the last row of the log. */
	lossSum: number;
	lossCount: number;
}

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
	for (const name of names) {
		const tensor = tensors[name] as NamedTensors[string];
		tf.tidy(() =>
			variables[name]?.assign(
				tf.tensor(toFloat32(tensor).slice(), [...tensor.shape]),
			),
		);
	}
}

/** Saves everything that training needs to go on exactly, in one file that is replaced at once. */
export function saveState(
	folder: string,
	variables: Params,
	standing: Standing,
): void {
	writeWeights(runFiles(folder).state, snapshot(variables), {
		standing: JSON.stringify(standing),
	});
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
): Promise<Standing> {
	const { state, log } = runFiles(folder);
	let standing: Standing = { step: 0, seconds: 0, lossSum: 0, lossCount: 0 };
	if (existsSync(state)) {
		const { tensors, metadata } = await readWeights(
			state,
			"remove it to begin the run anew",
		);
		restore(variables, tensors, state);
		standing = JSON.parse(metadata.standing ?? "null") as Standing;
	}
	rewindLog(log, standing.step);
	return standing;
}

/** Removes the state of a run that has ended. */
export function removeState(folder: string): void {
	rmSync(runFiles(folder).state, { force: true });
}
