import { commonCorruptions, type Severity } from "../corruptions/corruption.js";
import type { ResultRow } from "../evaluate/result-row.js";
import {
	checkColumns,
	columnValue,
	networkColumns,
	runColumnsOf,
} from "./run-columns.js";
import {
	type CellOptions,
	isUnder,
	type ScoredCorruption,
	scoredCorruptions,
	severitiesOf,
	values,
} from "./scored-corruption.js";
import { comparable, severalCopies, sourceColumns } from "./source-columns.js";
import { groupBy, type Results, type Row, rowsOf } from "./table-rows.js";

/** The rows of one run: clean, and one for each corruption and severity. */
export interface RunScores {
	readonly run: string;
	readonly clean: ResultRow;
	cell(corruption: ScoredCorruption, severity: Severity): ResultRow;
}

/** Runs that are taken together, none of their cells missing. */
export interface ScoreGroup {
	/** The values of the columns they were grouped by. */
	readonly key: Row;
	readonly task: string;
	readonly metric: string;
	readonly runs: readonly RunScores[];
}

/** Groups of runs, and the cells that each run has. */
export interface ScoreGroups {
	readonly groups: readonly ScoreGroup[];
	readonly corruptions: readonly ScoredCorruption[];
	readonly severities: readonly Severity[];
}

/** What all rows of one run must agree in, so that its mean is of one thing. */
export const conditions = [
	"task",
	"metric",
	"data",
	"images",
	"variant",
	"channelOrder",
	"corruptionSeed",
	"frost",
	"scoring",
	"step",
	"adaptation",
	"adaptationCode",
	...sourceColumns,
	"weights",
] as const satisfies readonly (keyof ResultRow)[];

const cellName = (corruption: string, severity: number): string =>
	`${corruption} ${severity}`;

/** What rows that must agree in a column have there. */
export const foundIn = (
	rows: readonly ResultRow[],
	column: keyof ResultRow,
): unknown[] =>
	values(
		comparable(rows, column).map((row) => ({
			...row,
			[column]: columnValue(row, column),
		})),
		column,
	);

function mixtures(
	whose: string,
	rows: readonly ResultRow[],
	columns: readonly (keyof ResultRow)[] = conditions,
): string[] {
	const mixed = columns
		.map((column) => ({ column, found: foundIn(rows, column) }))
		.filter(({ found }) => found.length > 1)
		.map(
			({ column, found }) =>
				`${whose} mixes ${column} ${found.join(" and ")}: filter the results to one of them`,
		);
	return [...mixed, ...severalCopies(whose, rows)];
}

/** Runs of one mean that were scored on corrupted images of other sources. */
function mixedSources(runs: readonly (readonly ResultRow[])[]): string[] {
	const found = (rows: readonly (readonly ResultRow[])[]) =>
		mixtures(
			`the mean of ${rows.map(([row]) => row?.run).join(", ")}`,
			rows.flat(),
			sourceColumns,
		);
	// `mixtures` tells of a single run.
	return runs.some((own) => found([own]).length > 0) ? [] : found(runs);
}

/** Runs that the columns do not tell apart, although they were made or scored otherwise. */
function mixedRecipes(rows: readonly ResultRow[]): string[] {
	const columns = runColumnsOf(rows);
	const kindOf = (row: ResultRow) =>
		JSON.stringify(columns.map((column) => columnValue(row, column)));
	return groupBy(rows, kindOf).flatMap((alike) =>
		(["recipe", "scoring", "adaptationCode"] as const).flatMap((column) => {
			const found = values(alike, column);
			if (found.length < 2) return [];
			const runs = new Set(
				found.map((value) => alike.find((row) => row[column] === value)?.run),
			);
			// `mixtures` tells of a single run.
			if (runs.size < 2) return [];
			return [
				`${[...runs].join(" and ")} have one ${columns.join(", ")}, but ${differences[column]}: filter the results to one ${column} of ${found.join(", ")}, or group by ${column} too`,
			];
		}),
	);
}

/** Networks of other kinds: adapted ones and such that were not, last weights and averages of them. */
function mixedNetworks(rows: readonly ResultRow[]): string[] {
	return networkColumns.flatMap((column) => {
		const found = new Set(rows.map((row) => columnValue(row, column)));
		return found.size < 2
			? []
			: [
					`one mean would be of ${column} ${[...found].join(" and ")}: group by ${column} too, or filter the results to one`,
				];
	});
}

const differences = {
	recipe: "other recipes, such as another length",
	scoring: "were scored otherwise, such as on other data",
	adaptationCode: "were adapted otherwise, such as in batches of another size",
} as const;

function missing(
	run: string,
	found: ReadonlyMap<string, ResultRow>,
	{ corruptions, severities }: Omit<ScoreGroups, "groups">,
): string[] {
	const isMissing = (name: string) =>
		!Number.isFinite(found.get(name)?.score ?? Number.NaN);
	const lacking = corruptions.flatMap(({ name }) => {
		const gaps = severities.filter((severity) =>
			isMissing(cellName(name, severity)),
		);
		return gaps.length === 0 ? [] : [`${name} ${gaps.join(", ")}`];
	});
	if (isMissing(cellName("clean", 0))) lacking.unshift("clean");
	return lacking.length === 0 ? [] : [`${run} lacks ${lacking.join("; ")}`];
}

function scoresOf(run: string, rows: readonly ResultRow[]) {
	const found = new Map(
		rows.map((row) => [cellName(row.corruption, row.severity), row]),
	);
	const scores: RunScores = {
		run,
		clean: found.get(cellName("clean", 0)) as ResultRow,
		cell: ({ name }, severity) =>
			found.get(cellName(name, severity)) as ResultRow,
	};
	return { found, scores };
}

/** The one task or metric of some rows; throws where they are of several. */
export function only(
	rows: readonly ResultRow[],
	column: "task" | "metric",
): string {
	const found = values(rows, column);
	if (found.length > 1)
		throw new RangeError(
			`one mean cannot be over the ${column}s ${found.join(" and ")}: group by ${column} too, or filter the results`,
		);
	return String(found[0]);
}

/** Why there is nothing to take a mean over. */
function nothingScored(
	rows: readonly ResultRow[],
	asked: readonly ScoredCorruption[],
): string {
	const names = new Set(["clean", ...asked.map(({ name }) => name)]);
	const others = values(rows, "corruption")
		.map(String)
		.filter((name) => !names.has(name));
	const start = "there is nothing to take a mean over: ";
	return others.length === 0
		? `${start}evaluate under at least one corruption and severity`
		: `${start}the results are under ${others.join(", ")}, which \`corruptions\` may name`;
}

/**
 * Groups runs by columns, in the order of their first rows.
 *
 * Throws one error that names every cell that a run lacks and every run whose rows are of several
 * conditions, such as two numbers of images; and where a group is of several tasks or metrics.
 */
export function scoreGroups(
	results: Results,
	by: readonly string[],
	{ corruptions: given = commonCorruptions, severities }: CellOptions = {},
): ScoreGroups {
	const rows = rowsOf(results);
	checkColumns(rows, by);
	const corruptions = scoredCorruptions(given, rows);
	const cells = {
		corruptions,
		severities: severities ?? severitiesOf(corruptions, rows),
	};
	if (corruptions.length === 0 || cells.severities.length === 0)
		throw new RangeError(nothingScored(rows, corruptions));
	const chosen = new Map(corruptions.map((one) => [one.name, one]));
	const isWanted = (row: ResultRow) => {
		if (row.corruption === "clean") return true;
		const one = chosen.get(row.corruption);
		return (
			one !== undefined &&
			isUnder(row, one) &&
			cells.severities.includes(row.severity as Severity)
		);
	};
	const problems: string[] = [];
	const keyOf = (row: ResultRow) =>
		JSON.stringify(by.map((column) => columnValue(row, column)));
	const groups = groupBy(rows, keyOf).map((members): ScoreGroup => {
		const first = members[0] as ResultRow;
		const ofRuns = groupBy(members, ({ run }) => run);
		const wanted = ofRuns.map((own) => own.filter(isWanted));
		problems.push(
			...mixedRecipes(members),
			...mixedNetworks(members),
			...mixedSources(wanted),
		);
		return {
			key: Object.fromEntries(
				by.map((column) => [column, columnValue(first, column)]),
			),
			task: only(members, "task"),
			metric: only(members, "metric"),
			runs: ofRuns.map((own, i) => {
				const { run } = own[0] as ResultRow;
				const chosen = wanted[i] as ResultRow[];
				const { found, scores } = scoresOf(run, chosen);
				problems.push(...mixtures(run, chosen), ...missing(run, found, cells));
				return scores;
			}),
		};
	});
	if (problems.length > 0)
		throw new Error(
			`the mean needs one score for each cell:\n${problems.map((problem) => `  ${problem}`).join("\n")}\nevaluate fills gaps; \`corruptions\` and \`severities\` choose what the mean is over`,
		);
	return { groups, ...cells };
}
