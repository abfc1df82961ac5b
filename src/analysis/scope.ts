import { networkColumns, runColumnsOf } from "./run-columns.js";
import { only, type ScoreGroups, scoreGroups } from "./score-groups.js";
import type { CellOptions } from "./scored-corruption.js";
import { type Results, rowsOf } from "./table-rows.js";

/** What a figure is of, in words. */
export interface Scope {
	/** `shapes (miniature)`. */
	readonly task: string;
	/** `accuracy`. */
	readonly metric: string;
	/** `mean of 15 corruptions at severity 1`. */
	readonly cells: string;
	/** `500 test images`. */
	readonly images: string;
}

const count = (number: number, word: string): string =>
	`${number.toLocaleString("en-US")} ${word}${number === 1 ? "" : "s"}`;

function cellsName({ corruptions, severities }: ScoreGroups): string {
	const [first, last] = [severities[0], severities.at(-1)];
	const isRun = severities.every(
		(severity, i) => severity === (first ?? 0) + i,
	);
	const strength =
		severities.length === 1
			? `severity ${first}`
			: `severities ${isRun ? `${first}–${last}` : severities.join(", ")}`;
	return corruptions.length === 1
		? `${corruptions[0]?.name} at ${strength}`
		: `mean of ${corruptions.length} corruptions at ${strength}`;
}

/**
 * Says what results are of; throws where they are of several tasks or metrics, cells are missing, or runs are mixed that
 * neither their columns nor `by` tells apart.
 */
export function scopeOf(
	results: Results,
	cells: CellOptions = {},
	given?: readonly string[],
): Scope {
	const rows = rowsOf(results);
	const by =
		given ??
		runColumnsOf(rows).filter((column) =>
			(networkColumns as readonly string[]).includes(column),
		);
	const scored = scoreGroups(results, by, cells);
	const [task, metric] = [only(rows, "task"), only(rows, "metric")];
	const runs = scored.groups.flatMap((group) => group.runs);
	const isMiniature = rows.some(({ miniature }) => miniature);
	const images = [...new Set(runs.map(({ clean }) => clean.images))].sort(
		(a, b) => a - b,
	);
	const some = count(images.at(-1) ?? 0, "test image");
	return {
		task: isMiniature ? `${task} (miniature)` : task,
		metric,
		cells: cellsName(scored),
		images: images.length > 1 ? `up to ${some}` : some,
	};
}
