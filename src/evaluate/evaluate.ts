import { existsSync } from "node:fs";
import { type Claim, heeding, withClaims } from "../runs/claim.js";
import { mendRows } from "../runs/rows.js";
import { runFiles } from "../runs/run-folder.js";
import type { Task } from "../tasks/task.js";
import { openRun, type Run } from "../train/run.js";
import { savedStep } from "../train/training-state.js";
import { type Cell, isOf } from "./cell.js";
import { checkRun } from "./check-run.js";
import {
	checkEvaluateOptions,
	type EvaluateOptions,
} from "./evaluate-options.js";
import { fillGaps, type Gap } from "./fill-gaps.js";
import { loadPredictor, type RunPredictor } from "./predictor.js";
import type { ResultRow } from "./result-row.js";
import { readResults } from "./results.js";
import { settle, wantedCells } from "./wanted-cells.js";

/** After how many updates runs are scored that are not finished, by their ids. */
type Steps = ReadonlyMap<string, number>;

/** The rows of a run as it is now: those of a finished one have no step. */
const rowsAt = (run: Run, steps: Steps): ResultRow[] =>
	readResults(run).filter(({ step }) => step === steps.get(run.id));

async function stepsOf(runs: readonly Run[]): Promise<Map<string, number>> {
	const steps = new Map<string, number>();
	for (const { id, folder, finished } of runs)
		if (!finished) steps.set(id, await savedStep(folder));
	return steps;
}

/** Whether a row, where it is to, says what its score is made of. */
const isWhole = ({ perImage }: ResultRow): boolean =>
	perImage !== undefined && existsSync(perImage);

function findGaps(
	runs: readonly Run[],
	cells: readonly Cell[],
	{ steps, perImage }: { readonly steps: Steps; readonly perImage: boolean },
): Gap[] {
	const rows = new Map(
		runs.map((run) => [
			run,
			rowsAt(run, steps).filter((row) => !perImage || isWhole(row)),
		]),
	);
	return cells
		.map((cell) => ({
			cell,
			runs: runs.filter(
				(run) => !rows.get(run)?.some((row) => isOf(row, cell)),
			),
		}))
		.filter((gap) => gap.runs.length > 0);
}

/**
 * Scores finished runs, or with `unfinished` the last saved states of others, clean and under each corruption at each severity, over the same images.
 *
 * Returns a row for each run and cell. Each is appended to `results.jsonl` of its run the moment it is
 * known, and a second call computes only what is missing. The rows do not depend on the number of
 * workers, nor on which runs are evaluated together; with an `adaptation`, they do on the size of a batch. Choose the engine first. Throws where a run is not
 * finished (unless `unfinished` says so), has no saved state, or is of another task, weights or results are damaged, or another process writes to a run.
 */
export async function evaluate<Target, Prediction>(
	runs: Run | readonly Run[],
	task: Task<Target, Prediction>,
	options: EvaluateOptions = {},
): Promise<ResultRow[]> {
	checkEvaluateOptions(options);
	const given = [
		...new Map([runs].flat().map((run) => [run.id, run])).values(),
	];
	// Those that were not finished may be by now.
	const all = options.unfinished
		? given.map(({ folder }) => openRun(folder))
		: given;
	const settled = settle(task, options);
	for (const run of all) checkRun(run, task, options);
	const steps = await stepsOf(all);
	const cells = wantedCells(task, options);
	const wanted = {
		steps,
		// Of a metric that says nothing of single images nothing is lacking.
		perImage: Boolean(options.perImage && task.metric().perImage),
	};
	const incomplete = all.filter(
		(run) => findGaps([run], cells, wanted).length > 0,
	);
	const { signal } = settled;
	const fill = async (claims: readonly Claim[]) => {
		for (const { folder } of incomplete) mendRows(runFiles(folder).results);
		const predictors = new Map<string, RunPredictor<Prediction>>();
		try {
			for (const run of incomplete) {
				// It may have gone on, or ended, while another process wrote to it.
				const predictor = await loadPredictor(
					openRun(run.folder),
					task,
					options,
				);
				predictors.set(run.id, predictor);
				if (predictor.step === undefined) steps.delete(run.id);
				else steps.set(run.id, predictor.step);
			}
			const gaps = findGaps(incomplete, cells, wanted);
			const stopping = { ...settled, signal: heeding(claims, signal) };
			await fillGaps(task, { gaps, predictors }, stopping);
		} finally {
			for (const predictor of predictors.values()) predictor.dispose();
		}
	};
	const folders = incomplete.map(({ folder }) => folder);
	await withClaims(folders, fill, signal);
	return all.flatMap((run) => {
		const rows = rowsAt(run, steps);
		return cells.map(
			(cell) => rows.findLast((row) => isOf(row, cell)) as ResultRow,
		);
	});
}
