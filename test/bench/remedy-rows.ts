/** What `npm run bench remedies` measures beside what is plain: a row each. */
import {
	adversarial,
	type Backbone,
	batchNormAdaptation,
	distillation,
	type Recipe,
	remedies,
	type Task,
	tent,
} from "../../src/index.js";
import type { Adaptation } from "../../src/parts.js";

/** How much longer a step or batch may take; null where nothing is aimed at. */
interface Aim {
	readonly target: number | null;
}

/** What a remedy changes of a training step. */
export interface TrainingRow extends Aim {
	readonly changes: (recipe: Recipe) => Partial<Recipe>;
	readonly taskOf?: (task: Task, source: Backbone) => Task;
}

/** What it changes of a batch at evaluation; null for none. */
export interface EvaluationRow extends Aim {
	readonly adaptation: Adaptation | null;
}

/** A remedy, and what it is beside. */
export type RemedyRow = TrainingRow | EvaluationRow;

const row = (
	changes: TrainingRow["changes"],
	target: number | null = 1.05,
): TrainingRow => ({ changes, target });

const onTask = (
	taskOf: TrainingRow["taskOf"] & object,
	target: number | null,
): TrainingRow => ({ changes: () => ({}), taskOf, target });

const evaluated = (adaptation: Adaptation | null): EvaluationRow => ({
	adaptation,
	target: null,
});

/** By the name of the remedy; what is plain, against itself, says how far the machine can be believed. */
export const remedyRows: Readonly<Record<string, RemedyRow>> = {
	plain: row(() => ({}), null),
	"L2-SP": row(() => ({ weightDecay: 0, regularizers: [remedies.l2Sp()] })),
	"decay to the start": row(({ optimizer }) => ({
		weightDecay: 0,
		optimizer: remedies.anchoredDecay({ optimizer, alpha: 0.01 }),
	})),
	RGN: row(() => ({ regularizers: [remedies.rgn({ batches: 1 })] })),
	SPD: row(({ optimizer }) => ({ optimizer: remedies.spd({ optimizer }) })),
	FTP: row(({ optimizer }) => ({ optimizer: remedies.ftp({ optimizer }) })),
	TPGM: row(
		({ optimizer }) => ({ optimizer: remedies.tpgm({ optimizer }) }),
		null,
	),
	"EMA of weights": row(() => ({ average: { decay: 0.999 } }), 1.03),
	"surgical, layer1": row(() => ({
		weights: remedies.trainOnly(["stem", "layer1", "head"]),
	})),
	"Auto-RGN": row(({ optimizer }) => ({
		optimizer: remedies.autoRgn({ optimizer }),
	})),
	"JSD, two views": row(() => ({ consistency: { weight: 12, views: 2 } }), 2.1),
	distillation: onTask((task, source) => distillation(task, source), 1.35),
	"adversarial, 3 steps": onTask(
		(task) =>
			adversarial(task, { norm: "linf", epsilon: 4 / 255, randomStart: true }),
		null,
	),
	"plain evaluation": evaluated(null),
	"BN adaptation": evaluated(batchNormAdaptation()),
	TENT: evaluated(tent()),
};

/** What a row is measured beside. */
export const besideOf = (row: RemedyRow): string =>
	"adaptation" in row ? "plain evaluation" : "plain";
