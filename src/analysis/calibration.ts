import type { ColumnTable } from "arquero";
import { checkOptions } from "../check/check-options.js";
import type { ResultRow } from "../evaluate/result-row.js";
import { unpackPredictions } from "../tasks/per-image/prediction-sums.js";
import {
	binnedError,
	type Certainties,
	expectedError,
	releasedError,
} from "./calibration-error.js";
import { mean } from "./mean-score.js";
import { perImageOf, rowName } from "./row-images.js";
import { runColumnsOf } from "./run-columns.js";
import { scoreGroups } from "./score-groups.js";
import { type CellOptions, cellChecks } from "./scored-corruption.js";
import { type Results, tableOf } from "./table-rows.js";

function certaintiesOf(row: ResultRow): Certainties {
	const { bytes } = perImageOf(row, "predictions");
	const { targets, predicted, confidences } = unpackPredictions(bytes);
	if (confidences.length < targets.length)
		throw new RangeError(
			`${rowName(row)}: the task does not say how sure its predictions are: give it \`confidences\`, which makes a number from 0 to 1 for each image of the network's output`,
		);
	return {
		confidences,
		isRight: targets.map((target, i) => Number(target === predicted[i])),
	};
}

const figures = {
	confidence: ({ confidences }: Certainties) => 100 * mean([...confidences]),
	ECE: expectedError,
	RMS: (one: Certainties) => binnedError(one, { power: 2 }),
	"RMS as released": releasedError,
};

/**
 * How far networks are as sure as they are right, clean and under corruption: one row for each group of runs.
 *
 * Columns: those of `by`, then `clean` and `corrupted`, the accuracies, and for each of them in percent: `clean confidence`, the
 * mean of the largest softmax; `clean ECE`, the expected calibration error over fifteen bins of equal width; `clean RMS`,
 * the root mean square error over bins of a hundred images; and `clean RMS as released`, which is the same without the
 * last bin, the surest images, as the published code and its numbers have it. Corrupted are means over runs, severities and corruptions, each
 * of one cell's figure. Rows need their per-image data. Throws as `robustness` does, and where the task does not say how
 * sure it is.
 *
 * Source: Guo et al. 2017 (ECE); hendrycks/natural-adv-examples, `calibration_tools.py`.
 */
export function calibration(
	results: Results,
	by: readonly string[] = runColumnsOf(results),
	cells: CellOptions = {},
): ColumnTable {
	checkOptions("calibration", cells, cellChecks);
	const { groups, corruptions, severities } = scoreGroups(results, by, cells);
	return tableOf(
		groups.map(({ key, runs }) => {
			const clean = runs.map((run) => run.clean);
			const corrupted = runs.flatMap((run) =>
				corruptions.flatMap((corruption) =>
					severities.map((severity) => run.cell(corruption, severity)),
				),
			);
			return {
				...key,
				...columnsOf("clean", clean),
				...columnsOf("corrupted", corrupted),
			};
		}),
	);
}

function columnsOf(
	name: string,
	rows: readonly ResultRow[],
): Record<string, number> {
	const all = rows.map(certaintiesOf);
	const columns = Object.entries(figures).map(([figure, of]) => [
		`${name} ${figure}`,
		mean(all.map(of)),
	]);
	return {
		[name]: mean(rows.map(({ score }) => score)),
		...Object.fromEntries(columns),
	};
}
