import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
	type CorruptionName,
	corruptionNames,
	type Severity,
	severities,
} from "../../src/corruptions/corruption.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { sharedData } from "../shared-data.js";
import { cellOf, madeUpRow } from "./made-up-rows.js";

const { path: folder } = sharedData("reference");

/** Why a test on a published file is skipped; false where the file is there. */
export const skipWithout = (name: string): string | false =>
	sharedData(`reference/${name}`).skip;

const read = (name: string): string => readFileSync(join(folder, name), "utf8");

const named = (text: string): CorruptionName => {
	const name = text.toLowerCase().replaceAll(/[ _]/g, "-") as CorruptionName;
	if (!corruptionNames.includes(name)) throw new Error(`what is ${text}?`);
	return name;
};

/** Box AP on COCO-C of a model of Michaelis et al. 2019 (robust-detection-benchmark) as result rows. */
export function michaelisRows(model: string): ResultRow[] {
	const lines = read("coco_c_michaelis.csv").trim().split("\n").slice(1);
	const rows = lines
		.map((line) => line.split(","))
		.filter(
			([dataset, name, , , task]) =>
				dataset === "coco" && name === model && task === "bbox",
		)
		.map(([, , corruption = "", severity, , ap]) => {
			const common = {
				run: model,
				task: "coco",
				metric: "box AP",
				score: 100 * Number(ap),
			};
			return severity === "0"
				? madeUpRow(common)
				: madeUpRow({
						...common,
						...cellOf(named(corruption), Number(severity) as Severity),
					});
		});
	const clean = rows.filter(({ corruption }) => corruption === "clean");
	return [
		clean[0] as ResultRow,
		...rows.filter(({ corruption }) => corruption !== "clean"),
	];
}

/** What game-of-noise (Rusak et al. 2020) prints: corruption errors, their mean, and result rows. */
export function imagenetRows(file: string): {
	readonly rows: ResultRow[];
	readonly errors: ReadonlyMap<CorruptionName, number>;
	readonly mean: number;
} {
	const text = read(file);
	const common = { run: file, task: "imagenet", metric: "accuracy" };
	const clean = Number(/val: Top1 accuracy: ([\d.]+)/.exec(text)?.[1]);
	const lines = [
		...text.matchAll(
			/^([A-Za-z ]+): Top1 accuracy ([\d.]+), .*, CE: ([\d.]+)$/gm,
		),
	].map(([, name = "", top1, error]) => ({
		corruption: named(name),
		score: Number(top1),
		error: Number(error),
	}));
	return {
		rows: [
			madeUpRow({ ...common, score: clean }),
			...lines.flatMap(({ corruption, score }) =>
				severities.map((severity) =>
					madeUpRow({ ...common, ...cellOf(corruption, severity), score }),
				),
			),
		],
		errors: new Map(lines.map(({ corruption, error }) => [corruption, error])),
		mean: Number(/mCE: ([\d.]+)/.exec(text)?.[1]),
	};
}
