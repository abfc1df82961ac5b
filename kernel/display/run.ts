import { join } from "node:path";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { readRows } from "../../src/runs/rows.js";
import type { LogRow } from "../../src/runs/run-folder.js";
import type { Run } from "../../src/train/run.js";
import { isUntouched } from "../../src/train/untouched.js";
import type { Bundle } from "./bundle.js";
import { count, factsBundle } from "./facts.js";
import { changesText, isRecipe } from "./recipe.js";
import { type Fields, recordsBundleOf } from "./records.js";

/** Tells a run by its fields. */
function isRun(value: unknown): value is Run {
	if (typeof value !== "object" || value === null) return false;
	const { id, folder, record, log } = value as Partial<Run>;
	const recipe = record?.recipe;
	return (
		typeof id === "string" &&
		typeof folder === "string" &&
		Array.isArray(log) &&
		typeof recipe === "object" &&
		(isRecipe(recipe) || isUntouched(recipe))
	);
}

const curve = { width: 360, height: 80, points: 180 } as const;

/** The loss against update, its axis logarithmic, as a small picture. */
function curveElement(log: readonly LogRow[]): string {
	if (log.length < 2) return "";
	const every = Math.ceil(log.length / curve.points);
	const rows = log.filter((_, i) => i % every === 0 || i === log.length - 1);
	const values = rows.map(({ loss }) => Math.log(Math.max(loss, 1e-9)));
	const [low, high] = [Math.min(...values), Math.max(...values)];
	const last = rows.at(-1)?.step ?? 1;
	const points = rows.map(({ step }, i) => {
		const x = (step / last) * (curve.width - 4) + 2;
		const share = ((values[i] as number) - low) / (high - low || 1);
		return `${x.toFixed(1)},${(curve.height - 4 - share * (curve.height - 8)).toFixed(1)}`;
	});
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${curve.width}" height="${curve.height}"><polyline fill="none" stroke="#3178c6" stroke-width="1.5" points="${points.join(" ")}"/></svg>`;
	return `<img alt="loss against update" width="${curve.width}" height="${curve.height}" src="data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}">`;
}

const short = (number: number) => String(Number(number.toPrecision(4)));

function lossText(log: readonly LogRow[]): string | undefined {
	const [first, last] = [log[0], log.at(-1)];
	if (!first || !last) return undefined;
	return `${short(first.loss)} at update ${first.step}, ${short(last.loss)} at ${last.step}, after ${short(last.seconds)} s`;
}

const isResultRow = (value: unknown): value is ResultRow =>
	typeof (value as Partial<ResultRow> | null)?.score === "number";

function scoresText({ folder }: Run): string | undefined {
	// not by `readResults`, with which TensorFlow.js would come into every kernel
	const rows = readRows(join(folder, "results.jsonl"), isResultRow);
	if (rows.length === 0) return undefined;
	const scores = `${rows.length} score${rows.length === 1 ? "" : "s"}`;
	const clean = rows.find(({ corruption }) => corruption === "clean");
	return clean
		? `${scores}; clean ${clean.metric} ${short(clean.score)} %`
		: scores;
}

function oneRun(run: Run): Bundle {
	const { backbone, task, recipe } = run.record;
	const title = `Run ${run.id}`;
	const facts = {
		state: run.finished ? "finished" : "not finished: finetune goes on with it",
		backbone: backbone.name,
		task: `${task.name}${task.miniature ? " (miniature)" : ""}, ${count(task.trainImages)} images`,
		recipe: changesText(recipe),
		loss: lossText(run.log),
		results: scoresText(run),
	};
	return factsBundle(title, facts, curveElement(run.log));
}

const rowOf = ({ id, record, finished, log }: Run): Fields => ({
	task: record.task.name,
	backbone: record.backbone.name,
	recipe: changesText(record.recipe),
	updates: log.at(-1)?.step ?? 0,
	loss: log.at(-1)?.loss ?? null,
	finished,
	run: id,
});

/** A run as its recipe, loss and scores; a list of runs as a table. */
export function runBundle(value: object): Bundle | undefined {
	if (isRun(value)) return oneRun(value);
	const isList = Array.isArray(value) && value.length > 0;
	return isList && value.every(isRun)
		? recordsBundleOf(value.map(rowOf))
		: undefined;
}
