import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Architecture } from "../backbones/architectures.js";
import type { Normalization } from "../nn/normalize.js";
import type { TaskIdentity } from "../tasks/task-identity.js";
import type { Recipe } from "./recipe.js";
import { readRows } from "./rows.js";

/** Which form of `recipe.json` is written. */
export const recordFormat = 2;

/** What a run is of: the content of `recipe.json`. */
export interface RunRecord {
	readonly id: string;
	/** 2; runs of early versions have none. */
	readonly format?: number;
	readonly backbone: {
		readonly name: string;
		readonly architecture: Architecture;
		/** Of the weights that fine-tuning starts from; `unknown` where it was not done here. */
		readonly sha256: string;
	};
	readonly task: {
		readonly name: string;
		readonly miniature: boolean;
		/** What the task's score is called; not part of the run's id. */
		readonly metric: string;
		readonly classes: number;
		readonly inputSize: number;
		readonly normalization: Normalization;
		readonly train: string;
		/** 0 where the run was not fine-tuned here. */
		readonly trainImages: number;
		/** A hash of the training data, where its name does not say what it holds. */
		readonly contents?: string;
		readonly settings?: unknown;
	} & TaskIdentity;
	readonly recipe: Recipe;
	/** Of the weights of a run that was not fine-tuned here: their SHA-256. */
	readonly imported?: string;
	/** What the run was begun with; not part of its id. */
	readonly engine: {
		readonly name: string;
		readonly version: string;
		readonly device: string;
	};
	readonly versions: Readonly<Record<string, string>>;
}

/** A line of `log.jsonl`. */
export interface LogRow {
	/** Updates made so far. */
	readonly step: number;
	/** The mean since the row before. */
	readonly loss: number;
	/** Of the last update. */
	readonly learningRate: number;
	/** Spent in training since it began, interruptions left out. */
	readonly seconds: number;
}

/** A run on the disk. */
export interface Run {
	readonly id: string;
	/** The run's own folder. */
	readonly folder: string;
	readonly record: RunRecord;
	/** Whether training has come to its end; until then there are no weights to evaluate. */
	readonly finished: boolean;
	readonly log: readonly LogRow[];
}

/** The paths of a run. */
export const runFiles = (folder: string) => ({
	record: join(folder, "recipe.json"),
	log: join(folder, "log.jsonl"),
	state: join(folder, "state.safetensors"),
	weights: join(folder, "weights.safetensors"),
	results: join(folder, "results.jsonl"),
});

function readRecord(path: string): RunRecord {
	let record: RunRecord | undefined;
	try {
		record = JSON.parse(readFileSync(path, "utf8")) as RunRecord;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
	}
	if ((record?.format ?? recordFormat) > recordFormat)
		throw new Error(
			`${path} was written by a later version, in format ${record?.format}: this one reads up to ${recordFormat}`,
		);
	if (typeof record?.id === "string" && record.recipe) return record;
	throw new Error(
		`${path} is damaged: it is not the description of a run; move the folder away and fine-tune again`,
	);
}

function isLogRow(value: unknown): value is LogRow {
	const { step, loss } = (value ?? {}) as Partial<LogRow>;
	return typeof step === "number" && typeof loss === "number";
}

/** Reads the log of a run. */
export const readLog = (path: string): LogRow[] => readRows(path, isLogRow);

/** Whether a folder holds a run. */
export const isRun = (folder: string): boolean =>
	existsSync(runFiles(folder).record);

/** Opens the run in a folder; throws, naming the file, where it is missing or damaged. */
export function openRun(folder: string): Run {
	const files = runFiles(folder);
	if (!isRun(folder))
		throw new Error(`there is no run in ${folder}: it has no recipe.json`);
	const record = readRecord(files.record);
	const finished = existsSync(files.weights);
	return { id: record.id, folder, record, finished, log: readLog(files.log) };
}

/** All runs in a folder such as `runs`, by id; none where it does not exist. */
export function listRuns(folder = "runs"): Run[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.map((name) => join(folder, name))
		.filter(isRun)
		.sort()
		.map(openRun);
}
