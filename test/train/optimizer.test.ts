import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { compile } from "../../src/engine/compile.js";
import { useEngine } from "../../src/engine/engine.js";
import type { Params } from "../../src/nn/params.js";
import {
	clipByNorm,
	makeOptimizer,
	type StepNumbers,
} from "../../src/train/optimizer.js";
import type { ParamGroup } from "../../src/train/param-groups.js";
import type { AdamW, Sgd } from "../../src/train/recipe.js";
import {
	learningRateAt,
	momentumAt,
	type Schedule,
	type WarmUp,
} from "../../src/train/schedule.js";
import { Lcg } from "../lcg.js";

interface Expected {
	readonly rates: readonly number[];
	readonly momenta: readonly number[];
	readonly first: readonly number[];
	readonly second: readonly number[];
}

const fixture = JSON.parse(
	readFileSync(
		new URL("../../../test/fixtures/train/optimizers.json", import.meta.url),
		"utf8",
	),
) as { steps: number; cases: Record<string, Expected> };

interface Case {
	readonly rule: Sgd | AdamW;
	readonly learningRate: number;
	readonly weightDecay?: number;
	/** The second weight without decay, and with a tenth of the learning rate. */
	readonly grouped?: boolean;
	readonly clip?: number;
	readonly schedule?: Schedule;
	readonly warmUp?: WarmUp;
}

const sgd = (momentum: number, nesterov = false): Sgd => ({
	name: "sgd",
	momentum,
	nesterov,
});

const adamw: AdamW = { name: "adamw", betas: [0.9, 0.999], epsilon: 1e-8 };

const swinging = { learningRate: 0.05, rule: sgd(0.9) };

const oneCycle = {
	name: "one-cycle",
	startDivisor: 25,
	endDivisor: 1e4,
	momentum: { lowest: 0.85, highest: 0.95 },
} as const;

const cases: Readonly<Record<string, Case>> = {
	sgd: { rule: sgd(0), learningRate: 0.05 },
	"sgd momentum": { ...swinging, weightDecay: 5e-4 },
	"sgd nesterov": { ...swinging, rule: sgd(0.9, true), weightDecay: 5e-2 },
	"sgd groups": { ...swinging, weightDecay: 0.1, grouped: true },
	"sgd clipped": { ...swinging, clip: 0.5 },
	adamw: { rule: adamw, learningRate: 0.02, weightDecay: 0.05 },
	"adamw groups": {
		rule: { name: "adamw", betas: [0.8, 0.99], epsilon: 1e-6 },
		learningRate: 0.02,
		weightDecay: 0.1,
		grouped: true,
	},
	step: {
		...swinging,
		schedule: { name: "step", at: [17 / 50, 34 / 50], factor: 0.1 },
	},
	poly: {
		...swinging,
		schedule: { name: "poly", power: 0.9, minLearningRate: 0 },
	},
	"poly with minimum": {
		...swinging,
		schedule: { name: "poly", power: 0.9, minLearningRate: 0.004 },
	},
	"poly with warm-up": {
		...swinging,
		schedule: { name: "poly", power: 0.9, minLearningRate: 0 },
		warmUp: { steps: 10, ratio: 0.001 },
	},
	cosine: {
		...swinging,
		schedule: { name: "cosine", minLearningRate: 0.001 },
	},
	"one-cycle": { ...swinging, schedule: { ...oneCycle, rise: 0.25 } },
	"one-cycle of adamw": {
		rule: adamw,
		learningRate: 0.02,
		weightDecay: 0.05,
		schedule: { ...oneCycle, rise: 0.3 },
	},
	"one-cycle at constant momentum": {
		...swinging,
		schedule: {
			...oneCycle,
			rise: 0.1,
			startDivisor: 10,
			endDivisor: 100,
			momentum: null,
		},
	},
};

function start(count: number, seed: number): tf.Variable {
	const random = new Lcg(seed);
	return tf.variable(
		tf.tensor1d(Array.from({ length: count }, () => random.uniform() - 0.5)),
	);
}

/** Of a bowl whose middle moves, as in the script that made the fixture. */
function gradient(x: tf.Tensor, step: number): tf.Tensor {
	const middle = Float32Array.from({ length: x.size }, (_, i) =>
		Math.sin(i + 0.37 * step),
	);
	return tf.mul(tf.sub(x, tf.tensor1d(middle)), 3);
}

function groupsOf({ weightDecay = 0, grouped }: Case): ParamGroup[] {
	if (!grouped)
		return [{ names: ["first", "second"], multiplier: 1, weightDecay }];
	return [
		{ names: ["first"], multiplier: 1, weightDecay },
		{ names: ["second"], multiplier: 0.1, weightDecay: 0 },
	];
}

function close(
	found: Iterable<number>,
	wanted: readonly number[],
	[rtol, atol]: [number, number],
): void {
	[...found].forEach((value, i) => {
		const expected = wanted[i] as number;
		const bound = atol + rtol * Math.abs(expected);
		assert.ok(
			Math.abs(value - expected) <= bound,
			`${i}: ${value}, not ${expected}`,
		);
	});
}

function train(given: Case) {
	const { rule, schedule = { name: "constant" }, warmUp = null } = given;
	const params: Params = { first: start(6, 1), second: start(5, 2) };
	const groups = groupsOf(given);
	const optimizer = makeOptimizer(rule, params, { groups });
	const update = compile(
		(gradients: Record<string, tf.Tensor>, numbers: StepNumbers) =>
			optimizer.update(
				given.clip ? clipByNorm(gradients, given.clip) : gradients,
				numbers,
			),
	);
	const rates: number[] = [];
	const momenta: number[] = [];
	for (let step = 0; step < fixture.steps; step++) {
		const position = { step, steps: fixture.steps };
		const at = groups.map(({ multiplier }) =>
			learningRateAt(position, given.learningRate * multiplier, {
				schedule,
				warmUp,
			}),
		);
		rates.push(at[0] as number);
		momenta.push(momentumAt(position, optimizer.momentum, schedule));
		tf.tidy(() => {
			const gradients = Object.fromEntries(
				Object.entries(params).map(([name, x]) => [name, gradient(x, step)]),
			);
			const momentum = momenta.at(-1) as number;
			update(gradients, optimizer.numbers(step + 1, at, momentum));
		});
	}
	return { params, rates, momenta };
}

describe("optimizers and schedules over fifty steps, beside PyTorch's", () => {
	before(() => useEngine());

	test("every case of the fixture is tested", () => {
		assert.deepEqual(Object.keys(cases), Object.keys(fixture.cases));
	});

	for (const [name, given] of Object.entries(cases)) {
		test(name, () => {
			const expected = fixture.cases[name] as Expected;
			const { params, rates, momenta } = train(given);
			close(rates, expected.rates, [1e-9, 1e-12]);
			close(
				expected.momenta.length === 1 ? momenta.slice(0, 1) : momenta,
				expected.momenta,
				[1e-9, 1e-12],
			);
			for (const which of ["first", "second"] as const) {
				const values = (params[which] as tf.Variable).dataSync();
				close(values, expected[which], [1e-5, 1e-6]);
			}
		});
	}
});
