import type { ColumnTable } from "arquero";
import type { Run, RunRecord } from "../train/run.js";
import { type Results, rowsOf, tableOf } from "./table-rows.js";

/** A fact about how results came about: its name, and all values it has. */
export type Fact = readonly [name: string, values: string];

const list = (values: readonly unknown[]): string => {
	const known = [...new Set(values)].filter(
		(value) => value !== null && value !== undefined,
	);
	return known.map(String).join(", ");
};

const constants: Readonly<Record<string, string>> = {
	"any-size": "any-size (imagecorruptions)",
	"imagenet-c": "imagenet-c (224 × 224)",
	"cifar-10-c": "cifar-10-c (32 × 32)",
};

const stages: Readonly<Record<string, string>> = {
	seen: "seen by the network, resized and cropped",
};

const frosts: Readonly<Record<string, string>> = {
	pictures: "the original pictures",
	procedural: "procedural, not the original pictures",
};

/** What rows say of their evaluation. */
function evaluationFacts(results: Results): Fact[] {
	const rows = rowsOf(results);
	const named = (
		values: readonly (string | null)[],
		names: Readonly<Record<string, string>>,
	) => list(values.map((value) => value && (names[value] ?? value)));
	return [
		["runs", String(new Set(rows.map(({ run }) => run)).size)],
		["scores", String(rows.length)],
		["updates of unfinished runs", list(rows.map(({ step }) => step))],
		["seeds of training", list(rows.map(({ seed }) => seed))],
		["test set", list(rows.map(({ data }) => data))],
		["test images", list(rows.map(({ images }) => images))],
		["test images left out", list(rows.map(({ skipped }) => skipped))],
		["reading of the study", list(rows.map(({ reading }) => reading))],
		[
			"constants of corruptions",
			named(
				rows.map(({ variant }) => variant),
				constants,
			),
		],
		["published sets", list(rows.map(({ set }) => set))],
		[
			"corrupted as",
			named(
				rows.map(({ corruptedAt }) => corruptedAt ?? null),
				stages,
			),
		],
		["channel order", list(rows.map(({ channelOrder }) => channelOrder))],
		[
			"seeds of corruptions",
			list(rows.map(({ corruptionSeed }) => corruptionSeed)),
		],
		[
			"own corruptions",
			list(
				rows.map(({ corruption, corruptionCode: code, source }) =>
					code && source !== "published" ? `${corruption} (${code})` : null,
				),
			),
		],
		[
			"frost",
			named(
				rows.map(({ frost }) => frost),
				frosts,
			),
		],
	];
}

const versionsOf = ({ versions }: RunRecord): string =>
	Object.entries(versions)
		.map(([name, version]) => `${name} ${version}`)
		.join(", ");

/** What runs say of their training. */
const trainingFacts = (records: readonly RunRecord[]): Fact[] => [
	[
		"engine",
		list(
			records.map(
				({ engine: { name, version, device } }) =>
					`${name} ${version} on ${device}`,
			),
		),
	],
	["versions", list(records.map(versionsOf))],
	[
		"training set",
		list(
			records.map(({ task }) => `${task.train}, ${task.trainImages} images`),
		),
	],
	["input", list(records.map(({ task }) => `${task.inputSize} pixels`))],
];

/** How results came about: engine, versions, data, seeds and kinds of corruption, several values side by side. */
export const provenance = (
	results: Results,
	runs: readonly Pick<Run, "record">[] = [],
): Fact[] =>
	[
		...trainingFacts(runs.map(({ record }) => record)),
		...evaluationFacts(results),
	].filter(([, values]) => values !== "");

/** A setting in words: `sgd, momentum 0.9, nesterov false`. */
function settingName(value: unknown): string {
	if (value === undefined) return "not given";
	if (value === null) return "none";
	if (Array.isArray(value)) return value.map(settingName).join(", ") || "none";
	if (typeof value !== "object") return String(value);
	return Object.entries(value)
		.map(([name, part]) => {
			const text = settingName(part);
			if (name === "name") return text;
			return `${name} ${Array.isArray(part) ? `(${text})` : text}`;
		})
		.join(", ");
}

/** The settings of all recipes, each with all values it has among the runs. */
export function recipeFacts(runs: readonly Pick<Run, "record">[]): Fact[] {
	const recipes = runs.map(({ record }) => record.recipe);
	const names = [...new Set(recipes.flatMap((recipe) => Object.keys(recipe)))];
	return names.map((name) => [
		name,
		[
			...new Set(
				recipes.map((recipe) =>
					settingName(recipe[name as keyof typeof recipe]),
				),
			),
		].join(" | "),
	]);
}

/**
 * One row for each run: `backbone`, `weights` (SHA-256 of what fine-tuning began with, shortened),
 * `updates`, `last loss`, `seconds` of training, `run`.
 */
export const runTable = (
	runs: readonly Pick<Run, "id" | "record" | "log">[],
): ColumnTable =>
	tableOf(
		runs.map(({ id, record, log }) => ({
			backbone: record.backbone.name,
			weights: record.backbone.sha256.slice(0, 12),
			updates: log.at(-1)?.step ?? 0,
			"last loss": log.at(-1)?.loss ?? null,
			seconds: log.at(-1)?.seconds ?? null,
			run: id,
		})),
	);
