import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { isRecord } from "../check/check-options.js";
import { commonCorruptions, severities } from "../corruptions/corruption.js";
import type { ResultRow } from "../evaluate/result-row.js";
import {
	type BenchmarkScore,
	benchmarkName,
	ownName,
	percentOf,
	severityOf,
} from "./benchmark-score.js";
import type { RunScores, ScoreGroups } from "./score-groups.js";
import { figureOf } from "./select-metric.js";

/** The figures of COCO, in its order. */
const figures = [
	"AP",
	"AP50",
	"AP75",
	"APs",
	"APm",
	"APl",
	"AR1",
	"AR10",
	"AR100",
	"ARs",
	"ARm",
	"ARl",
] as const;

/** What mmdetection calls a kind of figure, and what this package does. */
const kinds = [
	["bbox", "box"],
	["segm", "mask"],
] as const;

/** What COCO's own code gives where there is nothing of the kind to find. */
const nothing = -1;

type Figures = Readonly<Record<string, number>>;

/** The results of one network: by corruption, severity and `bbox` or `segm`, from 0 to 1. */
export type MmdetectionResults = Readonly<
	Record<string, Readonly<Record<string, Readonly<Record<string, Figures>>>>>
>;

const leaveOut = 'leave "mmdetection" out of `formats`';

/** Throws, saying what the file would need, where the cells of some groups are not those that mmdetection aggregates. */
function checkMmdetection({
	groups,
	corruptions,
	severities: scored,
}: ScoreGroups): void {
	const other = groups.find(({ metric }) => !/^(box|mask) AP$/.test(metric));
	if (other)
		throw new RangeError(
			`mmdetection's results are of box or mask AP, not of the ${other.metric} on ${other.task}`,
		);
	const names = corruptions.map(({ name }) => name);
	if (!commonCorruptions.every((name, i) => names[i] === name))
		throw new RangeError(
			`mmdetection's mPC is the mean over the first fifteen corruptions of the file, which must be the common ones in their order, not ${names.join(", ")}: ${leaveOut}`,
		);
	if (scored.length < severities.length)
		throw new RangeError(
			`mmdetection counts severities that are not in the file as 0: evaluate under 1 to 5, not only under ${scored.join(", ")}, or ${leaveOut}`,
		);
}

function figuresOf(row: ResultRow): Record<string, Figures> {
	const found = kinds.flatMap(([theirs, ours]) => {
		if (figureOf(row, `${ours} AP`) === undefined) return [];
		const values = figures.map((figure) => {
			const value = figureOf(row, `${ours} ${figure}`);
			if (value === undefined && !isKnownGap(row, `${ours} ${figure}`))
				throw new RangeError(
					`${row.run} has no ${ours} ${figure} under ${row.corruption} ${row.severity}, which mmdetection's results have: score it again with all twelve figures of COCO`,
				);
			return [
				figure,
				value === undefined || Number.isNaN(value) ? nothing : value / 100,
			] as const;
		});
		return [[theirs, Object.fromEntries(values)] as const];
	});
	return Object.fromEntries(found);
}

/** Whether a figure was looked for and there was nothing of the kind: JSON has no NaN, so that its place is null. */
const isKnownGap = ({ details }: ResultRow, name: string): boolean =>
	details !== undefined && Object.hasOwn(details, name);

/**
 * The scores of a run as mmdetection's `test_robustness.py` writes them: `{ gaussian_noise: { 0: { bbox: { AP } } } }`
 * with all twelve figures of COCO, from 0 to 1, and under each corruption the clean ones as severity 0; -1 where there
 * is nothing of the kind to find.
 *
 * Throws where the cells are not those that its `robustness_eval.py` aggregates, or a figure is missing.
 */
export function mmdetectionResults(
	{ clean, cell }: RunScores,
	scored: ScoreGroups,
): MmdetectionResults {
	checkMmdetection(scored);
	const { corruptions } = scored;
	const ofClean = figuresOf(clean);
	return Object.fromEntries(
		corruptions.map((corruption) => [
			benchmarkName(corruption.name),
			Object.fromEntries([
				[0, ofClean] as const,
				...severities.map(
					(severity) =>
						[severity, figuresOf(cell(corruption, severity))] as const,
				),
			]),
		]),
	);
}

/** The entries of an object in a file; throws where it is none, or empty. */
function entriesOf(value: unknown, where: string): [string, unknown][] {
	const entries = isRecord(value) ? Object.entries(value) : [];
	if (entries.length > 0) return entries;
	throw new RangeError(
		`${where} is no object of results by name, as mmdetection's test_robustness.py writes them`,
	);
}

/** The scores of one cell: those of `bbox` and `segm`, as far as there was something to find. */
const scoresIn = (
	found: unknown,
	where: string,
): Pick<BenchmarkScore, "metric" | "score">[] =>
	entriesOf(found, where).flatMap(([kind, own]) => {
		const ours = kinds.find(([theirs]) => theirs === kind)?.[1];
		if (ours === undefined)
			throw new RangeError(
				`${where} has results of ${kind}, not of bbox or segm`,
			);
		const values = entriesOf(own, `${where} ${kind}`);
		const [other] = values.find(([name]) => !isFigure(name)) ?? [];
		if (other !== undefined)
			throw new RangeError(
				`${where} ${kind} has ${other}, which is none of ${figures.join(", ")}`,
			);
		return values
			.filter(([, value]) => value !== nothing)
			.map(([figure, value]) => ({
				metric: `${ours} ${figure}`,
				score: percentOf(value, `${where} ${kind} ${figure}`),
			}));
	});

const isFigure = (name: string): boolean =>
	(figures as readonly string[]).includes(name);

function readJson(path: string): unknown {
	const text = readFileSync(path, "utf8");
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new Error(
			`${path} is no JSON, which test_robustness.py writes where its output is called so: ${(error as Error).message}`,
			{ cause: error },
		);
	}
}

/**
 * The scores of a file as mmdetection's `test_robustness.py` writes it as JSON, in percent: one for each figure, such
 * as `box AP50`, and cell, the clean ones once; figures of which there was nothing to find are left out.
 *
 * The model is called by the name of the file. Throws, naming the file and the place, where it is anything else, a
 * severity is none, or two corruptions have other clean scores.
 */
export function readMmdetectionResults(path: string): BenchmarkScore[] {
	const model = basename(path).replace(/\.json$/, "");
	const scores = entriesOf(readJson(path), path).flatMap(([name, strengths]) =>
		entriesOf(strengths, `${path}: ${name}`).flatMap(([strength, found]) => {
			const where = `${path}: ${name} ${strength}`;
			const severity = severityOf(strength, where);
			const corruption = severity === 0 ? "clean" : ownName(name);
			return scoresIn(found, where).map(({ metric, score }) => {
				return { model, metric, corruption, severity, score };
			});
		}),
	);
	return withCleanOnce(scores, path);
}

function withCleanOnce(
	scores: readonly BenchmarkScore[],
	path: string,
): BenchmarkScore[] {
	const clean = new Map<string, number>();
	return scores.filter(({ metric, severity, score }) => {
		if (severity > 0) return true;
		const known = clean.get(metric);
		if (known !== undefined && known !== score)
			throw new RangeError(
				`${path} has two clean scores, ${metric} ${known} and ${score}: they are of one network, scored once`,
			);
		clean.set(metric, score);
		return known === undefined;
	});
}
