import { appendRow } from "../runs/rows.js";
import { type LogRow, runFiles } from "../runs/run-folder.js";
import { expectedSteps, stepsOf } from "./length.js";
import { type Reporter, rateMeter } from "./reporter.js";
import type { RunRecord } from "./run.js";
import type { LastUpdate, Standing } from "./training-state.js";
import { hasStopped } from "./watch.js";

// Where nobody knows how many steps there will be.
const stepsPerRow = 10;

const mostRows = 1000;

/** What is written down of an update. */
export interface LogEntry
	extends LastUpdate,
		Pick<LogRow, "numbers" | "best"> {}

/**
 * Writes down update after update: a row of `log.jsonl` for one or several, and all to the reporter.
 *
 * `standing` already counts the update. The last one always has a row.
 */
export function trainingLog(
	folder: string,
	{ record, standing }: { record: RunRecord; standing: Standing },
	reporter: Reporter | undefined,
): (entry: LogEntry) => void {
	const { recipe, task, id } = record;
	const steps = stepsOf(recipe, task.trainImages);
	const every = steps === undefined ? stepsPerRow : Math.ceil(steps / mostRows);
	const rate = rateMeter(standing.step * recipe.batchSize);
	return ({ loss, learningRate, numbers = {}, best }) => {
		const isLogged = Object.keys(numbers).length > 0;
		if (isLogged) standing.numbers = { ...standing.numbers, ...numbers };
		standing.lossSum += loss;
		standing.lossCount++;
		const { step, seconds, lossSum, lossCount } = standing;
		const total = hasStopped(recipe, standing.watch)
			? step
			: expectedSteps(record, standing);
		if (isLogged || step % every === 0 || step >= total) {
			const row: LogRow = {
				step,
				loss: lossSum / lossCount,
				learningRate,
				seconds,
				...(isLogged && { numbers }),
				...(best !== undefined && { best }),
			};
			appendRow(runFiles(folder).log, row);
			standing.lossSum = 0;
			standing.lossCount = 0;
		}
		reporter?.({
			doing: "training",
			what: id,
			done: step,
			total,
			loss,
			learningRate,
			...(standing.numbers && { numbers: standing.numbers }),
			imagesPerSecond: rate(step * recipe.batchSize),
			secondsLeft: (seconds / step) * (total - step),
		});
	};
}
