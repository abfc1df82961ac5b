import type { ColumnTable } from "arquero";
import { checkOptions } from "../check/check-options.js";
import { type PublishedScore, publishedScores } from "./published.js";
import { differencesFrom, publishedTestSets } from "./published-conditions.js";
import { robustness } from "./robustness.js";
import { runColumnsOf } from "./run-columns.js";
import { type ScoreGroups, scoreGroups } from "./score-groups.js";
import { type CellOptions, cellChecks } from "./scored-corruption.js";
import { type Results, type Row, tableOf } from "./table-rows.js";

const keys = ["task", "metric", "backbone", "transfer", "augment"] as const;

/** The column that says in what scores of ours are not like the published ones beside them. */
const unlikePublished = "unlike published";

const isOf = (row: Row, published: PublishedScore): boolean =>
	keys.every((key) => row[key] === published[key]);

const beside = (published: PublishedScore | undefined) => ({
	"clean, published": published?.clean ?? null,
	"corrupted, published": published?.corrupted ?? null,
	"drop, published": published?.drop ?? null,
});

/** In what the conditions of each group are not those of the published line beside it. */
function differencesOf(
	lines: readonly (PublishedScore | undefined)[],
	scored: ScoreGroups,
): (string | null)[] {
	return lines.map((line, i) => {
		if (!line) return null;
		const { task, augment } = line;
		const differences = differencesFrom(
			{
				...publishedTestSets[task],
				severities: [1],
				isOfFifteen: true,
				...(augment === "prime" && { reading: "as-released" }),
			},
			scored.groups[i] as ScoreGroups["groups"][0],
			scored,
		);
		return differences || null;
	});
}

/**
 * A table as the study's Tables 4 and 5: clean, corrupted and drop for each kind of run, and beside
 * them, where task and metric are the study's, what it published.
 *
 * Columns: those that distinguish runs, then `clean`, `corrupted`, `drop` and, for COCO and ADE20K,
 * `clean, published` and so on, null for kinds of runs that the tables do not have. Published lines
 * without a run of ours are added. Published scores are of severity 1 and, the learning rate left open,
 * stand beside each; where ours beside them were measured under other conditions, `unlike published` says in what:
 * other images, a channel order, drawn frost, other cells. Throws as `robustness` does.
 */
export function studyTable(
	results: Results,
	cells: CellOptions = {},
): ColumnTable {
	checkOptions("studyTable", cells, cellChecks);
	const by = runColumnsOf(results);
	const ours = robustness(results, by, cells).objects() as Row[];
	const published = publishedScores.filter((line) =>
		ours.some(
			({ task, metric }) => line.task === task && line.metric === metric,
		),
	);
	const shown = ours.map((row) => {
		const columns = [...by, "clean", "corrupted", "drop"];
		return Object.fromEntries(columns.map((column) => [column, row[column]]));
	});
	if (published.length === 0) return tableOf(shown);
	const lines = ours.map((row) => published.find((line) => isOf(row, line)));
	const differences = differencesOf(lines, scoreGroups(results, by, cells));
	const areUnlike = differences.some((one) => one !== null);
	const missing = published.filter(
		(line) => !ours.some((row) => isOf(row, line)),
	);
	return tableOf([
		...shown.map((row, i) => ({
			...row,
			...beside(lines[i]),
			...(areUnlike && { [unlikePublished]: differences[i] }),
		})),
		...missing.map(({ clean, corrupted, drop, ...line }) => ({
			...line,
			...beside({ ...line, clean, corrupted, drop }),
		})),
	]);
}
