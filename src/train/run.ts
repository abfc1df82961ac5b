import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
	type Architecture,
	architectures,
} from "../backbones/architectures.js";
import { type Backbone, stateDictOf } from "../backbones/backbone.js";
import { engine } from "../engine/engine.js";
import type { Normalization } from "../nn/normalize.js";
import type { Task } from "../tasks/task.js";
import type { Recipe } from "./recipe.js";
import { readRows } from "./rows.js";
import { hashOfTensors } from "./weights-file.js";

/** What a run is of: the content of `recipe.json`. */
export interface RunRecord {
	readonly id: string;
	readonly backbone: {
		readonly name: string;
		readonly architecture: Architecture;
		/** Of the weights that fine-tuning starts from. */
		readonly sha256: string;
	};
	readonly task: {
		readonly name: string;
		readonly miniature: boolean;
		readonly metric: string;
		readonly classes: number;
		readonly inputSize: number;
		readonly normalization: Normalization;
		readonly train: string;
		readonly trainImages: number;
		readonly settings?: unknown;
	};
	readonly recipe: Recipe;
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

/** The same text for the same content, whatever the order in which it was written. */
function canonical(content: unknown): string {
	return JSON.stringify(content, (_, value: unknown) => {
		const isRecord =
			typeof value === "object" && value !== null && !Array.isArray(value);
		if (!isRecord) return value;
		return Object.fromEntries(
			Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)),
		);
	});
}

/** The name of a published architecture of these sizes, whatever its classes. */
function architectureName(net: Architecture): string {
	const sizes = (given: Architecture) => canonical({ ...given, classes: 0 });
	const known = Object.entries(architectures).find(
		([, given]) => sizes(given) === sizes(net),
	);
	return known?.[0] ?? net.family;
}

function idOf(
	described: Pick<RunRecord, "backbone" | "task" | "recipe">,
): string {
	const { backbone, task, recipe } = described;
	const { transfer, augment, consistency, reading, learningRate, seed } =
		recipe;
	const hash = createHash("sha256").update(canonical(described));
	return [
		task.name,
		backbone.name,
		transfer,
		...(augment ? [`with-${augment.name}`] : []),
		...(consistency === null ? [] : ["consistent"]),
		...(reading === "as-released" ? [reading] : []),
		`lr${learningRate}`,
		`seed${seed}`,
		hash.digest("hex").slice(0, 8),
	]
		.join("-")
		.replaceAll(/[^\w.-]+/g, "-");
}

function ownVersion(): string {
	const require = createRequire(import.meta.url);
	return (require("../../../package.json") as { version: string }).version;
}

/** Describes a run before it begins; the id follows from backbone, task and recipe. */
export function describeRun<Target>(
	source: Backbone,
	task: Task<Target, unknown>,
	{ recipe, name }: { readonly recipe: Recipe; readonly name?: string },
): RunRecord {
	const described = {
		backbone: {
			name: name ?? source.name ?? architectureName(source.architecture),
			architecture: source.architecture,
			sha256: hashOfTensors(stateDictOf(source)),
		},
		task: {
			name: task.name,
			miniature: task.miniature,
			metric: task.metricName,
			classes: task.classes.length,
			inputSize: task.inputSize,
			normalization: task.normalization,
			train: task.train.name,
			trainImages: task.train.length,
			...(task.settings !== undefined && { settings: task.settings }),
		},
		recipe,
	};
	const { name: engineName, version, device } = engine();
	return {
		id: idOf(described),
		...described,
		engine: { name: engineName, version, device },
		versions: { "robust-transfer": ownVersion(), node: process.versions.node },
	};
}

function readRecord(path: string): RunRecord {
	try {
		const record = JSON.parse(readFileSync(path, "utf8")) as RunRecord;
		if (typeof record?.id === "string" && record.recipe) return record;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
	}
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
