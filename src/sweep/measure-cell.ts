/**
 * `node measure-cell.js <sweep folder> <run> <folder> <engine choice>`: how fast a cell is, by a few updates and a batch of scores in
 * another folder than that of the runs; the last line is a `Measured` in JSON.
 */
import { resolve } from "node:path";
import { type EngineChoice, engine, useEngine } from "../engine/engine.js";
import { evaluate } from "../evaluate/evaluate.js";
import type { Task } from "../tasks/task.js";
import { finetune } from "../train/finetune.js";
import type { Progress } from "../train/reporter.js";
import { listRuns, type Run } from "../train/run.js";
import { engineText } from "./engine-text.js";
import { middle, type Pace } from "./pace.js";
import { type PlannedCell, readPlan } from "./plan.js";
import { type Parts, workshopOf } from "./work-on-cell.js";

/** What a cell that was tried has shown. */
export type Measured = Required<Omit<Pace, "from">> & {
	/** What computed it: `onnxruntime, 2 threads`. */
	readonly engine: string;
};

const updates = 4;
/** Images of a batch that is scored. */
const mostScored = 16;

const differences = (marks: readonly number[]): number[] =>
	marks.slice(1).map((mark, i) => mark - (marks[i] as number));

/** Makes the first updates of a run, and gives when each had been made, in seconds since this process began. */
async function train(
	{ backbone, task, recipe }: Parts,
	folder: string,
): Promise<{ readonly began: number; readonly marks: readonly number[] }> {
	const stop = new AbortController();
	const marks: number[] = [];
	const reporter = ({ doing }: Progress) => {
		if (doing === "training") marks.push(performance.now() / 1000);
		if (marks.length >= updates) stop.abort();
	};
	const began = performance.now() / 1000;
	const saveSeconds = Number.POSITIVE_INFINITY;
	const options = { folder, reporter, signal: stop.signal, saveSeconds };
	try {
		await finetune(backbone, task, recipe, options);
	} catch (error) {
		if (!stop.signal.aborted) throw error;
	}
	return { began, marks };
}

/** Scores a few images under each condition, at the first severity, and gives the seconds of an image. */
async function score(
	task: Task,
	run: Run,
	options: NonNullable<Parts["evaluate"]>,
): Promise<number> {
	const marks: number[] = [];
	const { images = task.test.length, severities } = options;
	const usual = options.batchSize ?? task.testBatchSize ?? 64;
	const batchSize = Math.min(usual, mostScored, images, task.test.length);
	// The first batch does not count: with it all is compiled.
	const batches = options.corruptions?.length === 0 ? 2 : 1;
	const began = performance.now() / 1000;
	await evaluate(run, task, {
		...options,
		...(severities && { severities: severities.slice(0, 1) }),
		batchSize,
		images: Math.min(batches * batchSize, task.test.length),
		unfinished: true,
		reporter: () => marks.push(performance.now() / 1000),
	});
	const each = differences(marks.length > 1 ? marks : [began, ...marks]);
	const sum = each.reduce((all, seconds) => all + seconds, 0);
	return sum / each.length / batchSize;
}

async function measure(
	folder: string,
	cell: PlannedCell,
	scratch: string,
	choice: string,
): Promise<Measured> {
	const plan = readPlan(folder);
	process.chdir(resolve(folder, plan.workingFolder));
	const { name, ...options } = JSON.parse(choice) as EngineChoice;
	await useEngine(name, options);
	const parts = await workshopOf(folder, plan).partsOf(cell);
	const { began, marks } = await train(parts, scratch);
	const steps = differences(marks);
	const first = (marks[0] as number) - began;
	const step = steps.length > 0 ? middle(steps) : first;
	const [run] = listRuns(scratch) as [Run];
	const image = parts.evaluate
		? await score(parts.task, run, parts.evaluate)
		: 0;
	return {
		...{ step, begin: began, compile: Math.max(first - step, 0), image },
		bytes: 1024 * process.resourceUsage().maxRSS,
		engine: engineText(engine()),
	};
}

const [given = "", run, scratch = "", choice = "{}"] = process.argv.slice(2);
const folder = resolve(given);
const cell = readPlan(folder).cells.find((one) => one.run === run);
if (!cell) throw new Error(`the plan in ${folder} has no run ${run}`);
try {
	const measured = await measure(folder, cell, resolve(scratch), choice);
	process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
} catch (error) {
	process.stderr.write(`${(error as Error).message}\n`, () => process.exit(1));
}
