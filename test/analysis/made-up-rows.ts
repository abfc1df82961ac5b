import type { LoggedRun } from "../../src/analysis/plot-training.js";
import { architectures } from "../../src/backbones/architectures.js";
import {
	type CorruptionName,
	commonCorruptions,
	corruptionGroups,
	type Severity,
} from "../../src/corruptions/corruption.js";
import { packHits, type ResultRow } from "../../src/evaluate/result-row.js";
import { imagenetNormalization } from "../../src/nn/normalize.js";
import { Random } from "../../src/random.js";
import { recipes } from "../../src/train/recipe.js";
import type { RunRecord } from "../../src/train/run.js";

/** A row of a run that never was. */
export const madeUpRow = (row: Partial<ResultRow> = {}): ResultRow => ({
	run: "run",
	task: "shapes",
	miniature: true,
	backbone: "resnet-mini/regular",
	transfer: "full-network",
	augment: "none",
	reading: "as-described",
	learningRate: 0.01,
	seed: 0,
	corruption: "clean",
	group: "clean",
	severity: 0,
	metric: "accuracy",
	data: "shapes-target/test",
	score: 0,
	images: 100,
	variant: null,
	channelOrder: null,
	corruptionSeed: null,
	frost: null,
	seconds: 0,
	...row,
});

/** The columns of a corrupted cell. */
export function cellOf(corruption: CorruptionName, severity: Severity) {
	const groups = Object.entries(corruptionGroups) as [
		ResultRow["group"],
		readonly string[],
	][];
	return {
		corruption,
		severity,
		group: groups.find(([, names]) => names.includes(corruption))?.[0],
		variant: "any-size",
		channelOrder: "rgb",
		corruptionSeed: 0,
		frost: corruption === "frost" ? "procedural" : null,
	} as Partial<ResultRow>;
}

/** Score and single predictions of images that are right with a probability from 0 to 1. */
export function drawHits(images: number, probability: number, random: Random) {
	const hits = Array.from(
		{ length: images },
		() => random.uniform() < probability,
	);
	const score = (100 * hits.filter(Boolean).length) / images;
	return { images, score, correct: packHits(hits) };
}

const backbones = {
	"resnet-mini/regular": { clean: 0.88, kept: 0.62 },
	"resnet-mini/prime": { clean: 0.87, kept: 0.74 },
	"resnet-mini/adversarial": { clean: 0.84, kept: 0.7 },
};

/** The rows of the miniature study: three backbones, with and without PRIME, three learning rates. */
export function madeUpStudy({
	severities = [1] as readonly Severity[],
	images = 400,
} = {}): ResultRow[] {
	const random = new Random("made-up study");
	const rows: ResultRow[] = [];
	for (const [backbone, { clean, kept }] of Object.entries(backbones))
		for (const augment of ["none", "prime"])
			for (const learningRate of [0.001, 0.01, 0.1]) {
				const degree = Math.log10(learningRate) + 2;
				const run = `shapes-${backbone.replace("/", "-")}-${augment}-lr${learningRate}-seed0`;
				const common = { run, backbone, augment, learningRate };
				const p = clean + 0.03 * degree - (augment === "prime" ? 0.01 : 0);
				const keep = kept - 0.06 * degree + (augment === "prime" ? 0.1 : 0);
				rows.push(
					madeUpRow({ ...common, ...drawHits(images, p, random) }),
					...commonCorruptions.flatMap((corruption, c) =>
						severities.map((severity) =>
							madeUpRow({
								...common,
								...cellOf(corruption, severity),
								...drawHits(
									images,
									p * keep ** (0.4 + 0.25 * severity + 0.08 * (c % 5)),
									random,
								),
							}),
						),
					),
				);
			}
	return rows;
}

/** Runs with logs, for the rows of the miniature study. */
export function madeUpRuns(): LoggedRun[] {
	const random = new Random("made-up runs");
	const kinds = new Map(
		madeUpStudy({ images: 1 }).map((row) => [row.run, row]),
	);
	return [...kinds.values()].map((row) => {
		const { run: id, backbone, augment, learningRate } = row;
		const log = Array.from({ length: 200 }, (_, i) => ({
			step: i + 1,
			loss:
				(0.3 + 1.6 * Math.exp(-i * (0.02 + 0.1 * learningRate))) *
				(1 + 0.1 * random.normal()),
			learningRate:
				learningRate * Math.min(1, i / 20) * (0.5 + 0.5 * Math.cos(i / 64)) ||
				learningRate / 20,
			seconds: 0.1 * i,
		}));
		return {
			id,
			log,
			record: madeUpRecord({ id, backbone, augment, learningRate }),
		};
	});
}

/** The record of a run that never was. */
export function madeUpRecord({
	id,
	backbone,
	augment,
	learningRate,
}: Pick<ResultRow, "backbone" | "augment" | "learningRate"> & {
	readonly id: string;
}): RunRecord {
	return {
		id,
		backbone: {
			name: backbone,
			architecture: architectures.resnet50,
			sha256: "0123456789abcdef".repeat(4),
		},
		task: {
			name: "shapes",
			miniature: true,
			metric: "accuracy",
			classes: 10,
			inputSize: 32,
			normalization: imagenetNormalization,
			train: "shapes/train",
			trainImages: 2000,
		},
		recipe: {
			...recipes.shapes,
			learningRate,
			augment: augment === "prime" ? { name: "prime", preset: "cifar" } : null,
		},
		engine: { name: "onnxruntime", version: "1.30.0", device: "cpu" },
		versions: { "robust-transfer": "0.1.0", node: "20.20.2" },
	};
}
