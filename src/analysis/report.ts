import { join } from "node:path";
import { type Checks, checkOptions } from "../check/check-options.js";
import { list, text, that, thing } from "../check/checks.js";
import { makeFolder, writeWhole } from "../runs/whole-file.js";
import { listRuns } from "../train/run.js";
import type { Figure } from "./figure.js";
import { findResults } from "./load-results.js";
import { plotAugmentation } from "./plot-augmentation.js";
import { plotDegreeOfFineTuning } from "./plot-degree-of-fine-tuning.js";
import { plotHeatMap } from "./plot-heat-map.js";
import { plotPareto } from "./plot-pareto.js";
import { plotSeverities } from "./plot-severities.js";
import { type LoggedRun, plotTraining } from "./plot-training.js";
import { provenance, recipeFacts, runTable } from "./provenance.js";
import {
	factList,
	figureElements,
	folded,
	paragraph,
	type ReportPart,
	reportPage,
	tableElement,
} from "./report-page.js";
import { runColumnsOf } from "./run-columns.js";
import { scopeOf } from "./scope.js";
import { scoreGroups } from "./score-groups.js";
import { type CellOptions, cellChecks } from "./scored-corruption.js";
import { varying } from "./series.js";
import { studyTable } from "./study-table.js";
import { groupBy, type Results, type Row, rowsOf } from "./table-rows.js";
import { tableToHtml } from "./table-to-html.js";

/** What a report shows. */
export interface ReportOptions extends CellOptions {
	/** Default: all below the folder. */
	readonly results?: Results;
	/** For training curves and provenance; default: those in the folder. */
	readonly runs?: readonly LoggedRun[];
	readonly title?: string;
	/** Sentences under the title. */
	readonly notices?: readonly string[];
	/** Further figures, such as image strips, behind the others. */
	readonly figures?: readonly Figure[];
	/** When it was written; default now. */
	readonly date?: Date;
}

const checks: Checks<ReportOptions> = {
	...cellChecks,
	results: thing("a table or a list of rows"),
	runs: list(thing("a run")),
	title: text,
	notices: list(text),
	figures: list(thing("a figure")),
	date: that(
		"a Date",
		(value) => Object.prototype.toString.call(value) === "[object Date]",
	),
};

const fewRuns = 24;

/** The figures that the results of one task have enough in them for. */
function figuresOf(
	results: Results,
	runs: readonly LoggedRun[],
	cells: CellOptions,
): Figure[] {
	const rows = rowsOf(results) as readonly object[] as readonly Row[];
	const differ = varying(rows, runColumnsOf(results));
	const { severities } = scoreGroups(results, runColumnsOf(results), cells);
	const figures: Figure[] = [];
	if (differ.includes("learningRate"))
		figures.push(plotDegreeOfFineTuning(results, cells));
	if (differ.includes("augment"))
		figures.push(plotAugmentation(results, cells));
	figures.push(plotHeatMap(results, cells));
	if (differ.length > 0) figures.push(plotPareto(results, cells));
	if (severities.length > 1) figures.push(plotSeverities(results, cells));
	const logged = runs.filter(({ log }) => log.length > 0);
	if (logged.length > 0 && logged.length <= fewRuns)
		figures.push(plotTraining(logged));
	return figures;
}

function taskPart(
	results: Results,
	runs: readonly LoggedRun[],
	cells: CellOptions,
): ReportPart {
	const { task, metric, cells: mean, images } = scopeOf(results, cells);
	const table = studyTable(results, cells);
	const constant = ["task", "metric", "transfer", "reading"];
	const differ = varying(table.objects() as Row[], runColumnsOf(results));
	const columns = table
		.columnNames()
		.filter((column) => !constant.includes(column) || differ.includes(column));
	const reading = `Clean: ${metric} over ${images}. Corrupted: ${mean}. Drop: 100 · (clean − corrupted) / clean.`;
	const published = columns.some((column) => column.endsWith("published"))
		? " Columns marked published are Yamada and Otani 2022, supplement, Tables 4 and 5 (severity 1); where ours were measured otherwise, unlike published says in what."
		: "";
	return {
		heading: `${task}: ${metric}`,
		elements: [
			tableElement(tableToHtml(table, { columns })),
			paragraph(reading + published, "lesser"),
			...figureElements(figuresOf(results, runs, cells)),
		],
	};
}

const miniatureNotice =
	"This is the miniature of the study: small networks on a small stand-in for a benchmark. Its numbers show the method, and say nothing about the networks and benchmarks of the paper.";

function provenancePart(
	results: Results,
	runs: readonly LoggedRun[],
): ReportPart {
	const facts = factList(provenance(results, runs));
	if (runs.length === 0) return { heading: "Provenance", elements: [facts] };
	const table = tableToHtml(runTable(runs));
	return {
		heading: "Provenance",
		elements: [
			facts,
			folded(
				"Recipe (values of different runs side by side)",
				factList(recipeFacts(runs)),
			),
			folded(`The ${runs.length} runs`, tableElement(table)),
		],
	};
}

/**
 * Writes `report.html` into a folder: tables, figures and provenance of results, in one page that needs
 * nothing else and works offline, on screen and printed; 2 to 3 MB, most of it Plotly.
 *
 * Returns the path. The file appears once it is whole. Without `results` and `runs` it is of all runs in
 * the folder. A figure is left out where results have nothing to show in it. Throws, as `loadResults` and
 * `robustness` do, where there are no results, rows are damaged or cells are missing.
 */
export function writeReport(
	folder: string,
	options: ReportOptions = {},
): string {
	checkOptions("writeReport", options, checks);
	const {
		results,
		runs = listRuns(folder),
		title = "Does robustness on ImageNet transfer to downstream tasks?",
		notices = [],
		figures = [],
		date = new Date(),
		...cells
	} = options;
	const found = results
		? { rows: rowsOf(results), warnings: [] }
		: findResults(folder);
	const ids = new Set(found.rows.map(({ run }) => run));
	const own = runs.filter(({ id }) => ids.has(id));
	const tasks = groupBy(found.rows, ({ task, metric }) => `${task} ${metric}`);
	const isMiniature = found.rows.some(({ miniature }) => miniature);
	const html = reportPage({
		title,
		notices: [
			...(isMiniature ? [miniatureNotice] : []),
			...notices,
			...found.warnings,
		],
		parts: [
			...tasks.map((rows) => {
				const runIds = new Set(rows.map(({ run }) => run));
				return taskPart(
					rows,
					own.filter(({ id }) => runIds.has(id)),
					cells,
				);
			}),
			...(figures.length === 0
				? []
				: [{ heading: "Further figures", elements: figureElements(figures) }]),
			provenancePart(found.rows, own),
		],
		foot: `Written on ${date.toISOString().slice(0, 16).replace("T", " ")} UTC.`,
	});
	const path = join(folder, "report.html");
	makeFolder(folder);
	writeWhole(path, html);
	return path;
}
