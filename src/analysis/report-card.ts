import { join } from "node:path";
import { type Checks, checkOptions } from "../check/check-options.js";
import { list, oneOf, text, thing } from "../check/checks.js";
import { makeFolder, writeWhole } from "../runs/whole-file.js";
import { type Card, cardOf } from "./card.js";
import { findResults } from "./load-results.js";
import { mmdetectionResults } from "./mmdetection-results.js";
import {
	factList,
	paragraph,
	reportPage,
	tableElement,
} from "./report-page.js";
import { robustBenchCsv } from "./robustbench.js";
import { type CellOptions, cellChecks } from "./scored-corruption.js";
import { groupBy, type Results, rowsOf } from "./table-rows.js";
import { tableToHtml } from "./table-to-html.js";
import { tableToLatex } from "./table-to-latex.js";
import { tableToMarkdown } from "./table-to-markdown.js";

/** The files of a report card: three to read, and two in the formats of benchmarks. */
const formats = [
	"html",
	"markdown",
	"latex",
	"robustbench",
	"mmdetection",
] as const;

/** One of the files of a report card. */
export type CardFormat = (typeof formats)[number];

/** What a report card is of. */
export interface ReportCardOptions extends CellOptions {
	/** Default: all below the folder. */
	readonly results?: Results;
	/** Default: `html`, `markdown`, `latex`, of accuracies `robustbench`, and of average precisions `mmdetection`. */
	readonly formats?: readonly CardFormat[];
	readonly title?: string;
}

const checks: Checks<ReportCardOptions> = {
	...cellChecks,
	results: thing("a table or a list of rows"),
	formats: list(oneOf(formats), { least: 1 }),
	title: text,
};

const headingOf = ({ scope }: Card): string => `${scope.task}: ${scope.metric}`;
const underEach = "The scores under each corruption:";

const htmlOf = (cards: readonly Card[], title: string): string =>
	reportPage({
		title,
		notices: [],
		parts: cards.map((card) => ({
			heading: headingOf(card),
			elements: [
				tableElement(tableToHtml(card.table)),
				paragraph(underEach),
				tableElement(tableToHtml(card.corruptions)),
				factList(card.facts),
			],
		})),
		foot: "Written by writeReportCard.",
	});

const markdownOf = (cards: readonly Card[], title: string): string =>
	[
		`# ${title}`,
		...cards.flatMap((card) => [
			`## ${headingOf(card)}`,
			tableToMarkdown(card.table),
			underEach,
			tableToMarkdown(card.corruptions),
			card.facts.map(([name, said]) => `- ${name}: ${said}`).join("\n"),
		]),
	]
		.join("\n\n")
		.concat("\n");

/** As wide as the text, with the package `graphicx`: of as many columns as there are corruptions. */
const fitted = (latex: string): string =>
	latex
		.replace("\\begin{tabular}", "\\resizebox{\\textwidth}{!}{\\begin{tabular}")
		.replace("\\end{tabular}", "\\end{tabular}}");

function latexOf(cards: readonly Card[]): string {
	const tables = cards.flatMap((card) => {
		const conditions = card.facts.map((fact) => fact.join(": ")).join("; ");
		const heading = `${headingOf(card)}. `;
		return [
			tableToLatex(card.table, { caption: `${heading}${conditions}.` }),
			fitted(
				tableToLatex(card.corruptions, {
					caption: heading + underEach.replace(/:$/, "."),
				}),
			),
		];
	});
	return `${tables.join("\n\n")}\n`;
}

const isAccuracy = ({ scope }: Card): boolean => scope.metric === "accuracy";
const isPrecision = ({ scope }: Card): boolean =>
	/^(box|mask) AP$/.test(scope.metric);

/** The cards that a format is for; all where it is for none, whose files then say why they cannot be. */
const fitting = (
	cards: readonly Card[],
	isFor: (card: Card) => boolean,
): readonly Card[] => {
	const found = cards.filter(isFor);
	return found.length > 0 ? found : cards;
};

/** A task's name as part of a file's. */
const fileName = (name: string): string => name.replaceAll(/[^\w.-]+/g, "-");

type File = readonly [name: string, text: string];

/** What each format writes: the names of files and their texts. */
const files: Readonly<
	Record<CardFormat, (cards: readonly Card[], title: string) => File[]>
> = {
	html: (cards, title) => [["report-card.html", htmlOf(cards, title)]],
	markdown: (cards, title) => [["report-card.md", markdownOf(cards, title)]],
	latex: (cards) => [["report-card.tex", latexOf(cards)]],
	robustbench: (cards) =>
		fitting(cards, isAccuracy).map(({ scored }) => [
			`robustbench-${fileName(scored.groups[0]?.task ?? "")}.csv`,
			robustBenchCsv(scored),
		]),
	mmdetection: (cards) =>
		fitting(cards, isPrecision).flatMap(({ scored }) =>
			scored.groups.flatMap(({ runs }) =>
				runs.map((run): File => {
					const results = mmdetectionResults(run, scored);
					return [
						`mmdetection-${run.run}.json`,
						`${JSON.stringify(results)}\n`,
					];
				}),
			),
		),
};

/** The conditions of what a folder has, for the files that have no place for them. */
const conditionsOf = (cards: readonly Card[]): File => [
	"conditions.json",
	`${JSON.stringify(
		Object.fromEntries(
			cards.map((card) => [headingOf(card), Object.fromEntries(card.facts)]),
		),
		null,
		"\t",
	)}\n`,
];

/**
 * Writes what others need of a study into a folder, with all conditions of its numbers: a page, Markdown and LaTeX to
 * read and to cite; accuracies as RobustBench's table of single corruptions, `robustbench-<task>.csv`; average
 * precisions as mmdetection's results, `mmdetection-<run>.json`; and `conditions.json` for these two.
 *
 * Returns the paths. `readRobustBench` and `readMmdetectionResults` of `robust-transfer/parts` read them again.
 * Nothing is written where something does not match: it throws where cells are missing, runs of a task were scored
 * under several conditions or are not finished, and where a format has no place for what is scored; `formats` leaves
 * it out.
 */
export function writeReportCard(
	folder: string,
	options: ReportCardOptions = {},
): string[] {
	checkOptions("writeReportCard", options, checks);
	const { results, title = "Report card", formats: given, ...cells } = options;
	const rows = results ? rowsOf(results) : findResults(folder).rows;
	if (rows.length === 0)
		throw new RangeError("there are no results: evaluate first");
	const cards = groupBy(rows, ({ task, metric }) => `${task} ${metric}`).map(
		(own) => cardOf(own, cells),
	);
	const chosen =
		given ??
		formats.filter(
			(format) =>
				(format !== "robustbench" || cards.some(isAccuracy)) &&
				(format !== "mmdetection" || cards.some(isPrecision)),
		);
	const written = [
		...chosen.flatMap((format) => files[format](cards, title)),
		conditionsOf(cards),
	];
	makeFolder(folder);
	return written.map(([name, content]) => {
		const path = join(folder, name);
		writeWhole(path, content);
		return path;
	});
}
