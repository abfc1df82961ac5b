import { readFileSync } from "node:fs";
import {
	type CorruptionName,
	commonCorruptions,
	severities,
} from "../corruptions/corruption.js";
import {
	type BenchmarkScore,
	benchmarkName,
	ownName,
	percentOf,
	severityOf,
} from "./benchmark-score.js";
import type { ScoreGroups } from "./score-groups.js";
import type { ScoredCorruption } from "./scored-corruption.js";

/** The corruptions in the order of RobustBench's columns. */
const order: readonly CorruptionName[] = [
	"shot-noise",
	"motion-blur",
	"snow",
	"pixelate",
	"gaussian-noise",
	"defocus-blur",
	"brightness",
	"fog",
	"zoom-blur",
	"frost",
	"glass-blur",
	"impulse-noise",
	"contrast",
	"jpeg-compression",
	"elastic-transform",
];

const columns = order.flatMap((corruption) =>
	severities.map((severity) => ({ corruption, severity })),
);

const leaveOut = 'leave "robustbench" out of `formats`';

/** Throws, saying what the table would need, where the cells of some groups are not those of RobustBench's. */
function checkRobustBench({
	groups,
	corruptions,
	severities: scored,
}: ScoreGroups): void {
	const other = groups.find(({ metric }) => metric !== "accuracy");
	if (other)
		throw new RangeError(
			`RobustBench's table is of accuracy, not of the ${other.metric} on ${other.task}`,
		);
	const names = corruptions.map(({ name }) => name);
	if (names.length !== 15 || !order.every((name) => names.includes(name)))
		throw new RangeError(
			`RobustBench's table is of the fifteen common corruptions, not of ${names.join(", ")}: ${leaveOut}`,
		);
	if (scored.length < severities.length)
		throw new RangeError(
			`RobustBench's table has the severities 1 to 5, not only ${scored.join(", ")}: evaluate under the others too, or ${leaveOut}`,
		);
}

const quoted = (text: string): string =>
	/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/**
 * The accuracies of runs as RobustBench's `unaggregated_results.csv`: two lines of heads, corruption and severity, then
 * one for each run, from 0 to 1 in full precision.
 *
 * Throws where the cells are not those of the table.
 */
export function robustBenchCsv(scored: ScoreGroups): string {
	checkRobustBench(scored);
	const named = new Map(scored.corruptions.map((one) => [one.name, one]));
	const lines = scored.groups.flatMap(({ runs }) =>
		runs.map(({ run, cell }) => [
			quoted(run),
			...columns.map(({ corruption, severity }) =>
				String(
					cell(named.get(corruption) as ScoredCorruption, severity).score / 100,
				),
			),
		]),
	);
	const heads = [
		["", ...columns.map(({ corruption }) => benchmarkName(corruption))],
		["", ...columns.map(({ severity }) => String(severity))],
	];
	return `${[...heads, ...lines].map((line) => line.join(",")).join("\n")}\n`;
}

/** The cells of a line of CSV, whose texts may stand between quotation marks. */
const cellsOf = (line: string): string[] =>
	[...`${line},`.matchAll(/("(?:[^"]|"")*"|[^,]*),/g)].map(([, cell = ""]) =>
		cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
	);

/**
 * The accuracies of a table as RobustBench publishes it, `model_info/<set>/corruptions/unaggregated_results.csv`, in
 * percent: one for each model, corruption and severity.
 *
 * Throws, naming the file and the place, where heads are none of its corruptions and severities, a cell is missing or
 * there twice, or is no share from 0 to 1.
 */
export function readRobustBench(path: string): BenchmarkScore[] {
	const [names = [], strengths = [], ...lines] = readFileSync(path, "utf8")
		.trimEnd()
		.split(/\r?\n/)
		.map(cellsOf);
	const heads = names.slice(1).map((name, i) => ({
		corruption: ownName(name),
		severity: severityOf(strengths[i + 1] ?? "", `column ${i + 2} of ${path}`),
	}));
	for (const { corruption, severity } of columns) {
		const found = heads.filter(
			(head) => head.corruption === corruption && head.severity === severity,
		);
		if (found.length !== 1)
			throw new RangeError(
				`${path} has ${found.length} columns of ${benchmarkName(corruption)} ${severity}, of which there must be one`,
			);
	}
	if (heads.length > columns.length) {
		const known: readonly string[] = commonCorruptions;
		const others = heads.filter(
			({ corruption }) => !known.includes(corruption),
		);
		throw new RangeError(
			`${path} has more columns than RobustBench's tables: ${others.map(({ corruption }) => corruption).join(", ")}`,
		);
	}
	return lines.flatMap(([model = "", ...cells]) => {
		if (cells.length !== heads.length)
			throw new RangeError(
				`${path}: the line of ${model} has ${cells.length} scores, not ${heads.length}`,
			);
		return heads.map(({ corruption, severity }, i) => {
			const cell = cells[i] as string;
			const where = `${path}: ${corruption} ${severity} of ${model}`;
			const value = cell.trim() === "" ? cell : Number(cell);
			const score = percentOf(value, where);
			return { model, metric: "accuracy", corruption, severity, score };
		});
	});
}
