import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readRows } from "./rows.js";

/** Which form of `recipe.json` is written. */
export const recordFormat = 2;

/** What every description of a run has, whatever else it says. */
export interface FolderRecord {
	readonly id: string;
	readonly format?: number;
	readonly recipe: unknown;
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
	/** What was logged after that update, by name: such as `held-out accuracy`. */
	readonly numbers?: Readonly<Record<string, number>>;
	/** After which update the best score on held-out data so far was, where a recipe watches it. */
	readonly best?: number;
}

/** A run on the disk. */
export interface RunFolder<Record extends FolderRecord> {
	readonly id: string;
	/** The run's own folder. */
	readonly folder: string;
	readonly record: Record;
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
	/** Of a run that ends with an average of its weights: the last ones. */
	last: join(folder, "last.safetensors"),
	results: join(folder, "results.jsonl"),
});

function readRecord<Record extends FolderRecord>(path: string): Record {
	let record: Record | undefined;
	try {
		record = JSON.parse(readFileSync(path, "utf8")) as Record;
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

/**
 * Reads the log of a run: the last row of each step, in their order.
 *
 * A process that was taken over, and was paused in the midst of adding a row, may have added it again.
 */
export function readLog(path: string): LogRow[] {
	const rows = readRows(path, isLogRow);
	const last = new Map(rows.map((row) => [row.step, row]));
	return [...last.values()].sort((a, b) => a.step - b.step);
}

/** Whether a folder holds a run. */
export const isRun = (folder: string): boolean =>
	existsSync(runFiles(folder).record);

/** Opens the run in a folder; throws, naming the file, where it is missing, damaged or of a later version. */
export function openFolder<Record extends FolderRecord>(
	folder: string,
): RunFolder<Record> {
	const files = runFiles(folder);
	if (!isRun(folder))
		throw new Error(`there is no run in ${folder}: it has no recipe.json`);
	const record = readRecord<Record>(files.record);
	const finished = existsSync(files.weights);
	return { id: record.id, folder, record, finished, log: readLog(files.log) };
}

/** All runs in a folder, by id; none where it does not exist. */
export function listFolders<Record extends FolderRecord>(
	folder: string,
): RunFolder<Record>[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.map((name) => join(folder, name))
		.filter(isRun)
		.sort()
		.map(openFolder<Record>);
}
