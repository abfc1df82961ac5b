/** L2-SP, RGN, SPD, FTP and TPGM, beside their authors' code and what can be computed by hand. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { compile } from "../../src/engine/compile.js";
import { useEngine } from "../../src/engine/engine.js";
import {
	makeParam,
	type ParamSpecs,
	type Params,
	paramValues,
} from "../../src/nn/params.js";
import type { Own } from "../../src/own.js";
import { anchoredDecay } from "../../src/train/anchored-decay.js";
import { ftp } from "../../src/train/ftp.js";
import { l2Sp } from "../../src/train/l2-sp.js";
import { makeOptimizer, type StepNumbers } from "../../src/train/optimizer.js";
import type { OptimizerRule, Slopes } from "../../src/train/optimizer-rule.js";
import type { AdamW, Sgd } from "../../src/train/recipe.js";
import {
	type Regularizer,
	regularization,
} from "../../src/train/regularizer.js";
import { type RgnOptions, rgn } from "../../src/train/rgn.js";
import { spd } from "../../src/train/spd.js";
import { tpgm } from "../../src/train/tpgm.js";
import { factsBySpecs } from "../../src/train/weight-facts.js";
import { Lcg } from "../lcg.js";

type Weights = Readonly<Record<string, readonly number[]>>;
type Projected = Weights & { readonly radii: readonly number[] };

const wanted = JSON.parse(
	readFileSync(
		new URL("../../../test/fixtures/train/anchors.json", import.meta.url),
		"utf8",
	),
) as {
	readonly spd: Readonly<Record<"full" | "half", Weights>>;
	readonly ftp: Readonly<Record<"sgd" | "adam" | "growing", Projected>>;
	readonly tpgm: Readonly<Record<"mars" | "l2" | "seldom", Projected>>;
	readonly rgn: Readonly<Record<"rgn" | "ewc" | "plain", Weights>>;
};

const steps = 12;
const sgd: Sgd = { name: "sgd", momentum: 0, nesterov: false };
const nesterov: Sgd = { name: "sgd", momentum: 0.9, nesterov: true };
const adamw: AdamW = { name: "adamw", betas: [0.9, 0.999], epsilon: 1e-8 };

const initial = { constant: 0 };
const specs: ParamSpecs = {
	kernel: { shape: [4, 3, 2, 2], axes: [2, 3, 1, 0], initial },
	matrix: { shape: [3, 4], axes: [1, 0], initial },
	vector: { shape: [5], initial },
};
const factsOf = factsBySpecs(specs, () => false);

function lcg(shape: readonly number[], seed: number): Float32Array {
	const numbers = new Lcg(seed);
	const length = shape.reduce((product, size) => product * size, 1);
	return Float32Array.from({ length }, () => numbers.uniform() - 0.5);
}

const starts = (): Params =>
	Object.fromEntries(
		Object.entries(specs).map(([name, spec], i) => [
			name,
			makeParam(spec, lcg(spec.shape, 1 + i)),
		]),
	);

/** A tensor of numbers in PyTorch's layout. */
function laidOut(name: string, values: Float32Array): tf.Tensor {
	const { shape, axes } = specs[name]!;
	const given = tf.tensor(values, [...shape]);
	return axes ? tf.transpose(given, [...axes]) : given;
}

/** Of a bowl whose middle moves, as in the fixture. */
const slopeAt = (values: Float32Array, step: number): Float32Array =>
	values.map((value, i) => 3 * (value - Math.sin(i + 0.37 * step)));

function near(
	found: ArrayLike<number>,
	expected: readonly number[],
	{ what = "", tolerance = 2e-5 } = {},
): void {
	assert.equal(found.length, expected.length, what);
	Array.from(found).forEach((value, i) => {
		const other = expected[i]!;
		assert.ok(
			Math.abs(value - other) <= tolerance * Math.max(1, Math.abs(other)),
			`${what}[${i}]: ${value}, not ${other}`,
		);
	});
}

interface Course {
	readonly rate: number;
	readonly weightDecay?: number;
	readonly isCompiled?: boolean;
}

/** The weights after twelve steps on the bowl, and the radii. */
function descend(
	given: Own<OptimizerRule>,
	{ rate, weightDecay = 0, isCompiled = true }: Course,
): { readonly weights: Weights; readonly radii: readonly number[] } {
	const params = starts();
	const names = Object.keys(params);
	const optimizer = makeOptimizer(given, params, {
		groups: [{ names, multiplier: 1, weightDecay }],
		factsOf,
	});
	const apply = (gradients: Params, numbers: StepNumbers) =>
		optimizer.update(gradients, numbers);
	const update = isCompiled ? compile(apply) : apply;
	for (let step = 0; step < steps; step++)
		tf.tidy(() => {
			const gradients = Object.fromEntries(
				names.map((name) => {
					const values = paramValues(params[name]!, specs[name]!);
					return [name, laidOut(name, slopeAt(values, step))];
				}),
			);
			const numbers = optimizer.numbers(step + 1, [rate], optimizer.momentum);
			update(gradients as Params, numbers);
		});
	const weights = Object.fromEntries(
		names.map((name) => [name, [...paramValues(params[name]!, specs[name]!)]]),
	);
	const radii = names.flatMap((name) => [
		...(optimizer.slots[`radius/${name}`]?.dataSync() ?? []),
	]);
	optimizer.dispose();
	tf.dispose(params);
	return { weights, radii };
}

function isLike(found: ReturnType<typeof descend>, given: Weights): void {
	for (const name of Object.keys(specs))
		near(found.weights[name]!, given[name]!, { what: name });
	if (given.radii) near(found.radii, given.radii, { what: "radii" });
}

/** One step of one weight. */
function once(
	given: Own<OptimizerRule>,
	{
		start,
		value = start,
		gradients,
		rate,
	}: {
		start: readonly number[] | readonly (readonly number[])[];
		value?: readonly number[] | readonly (readonly number[])[];
		gradients: readonly (typeof start)[];
		rate: number;
	},
) {
	const w = tf.variable(tf.tensor(start as number[]));
	const optimizer = makeOptimizer(
		given,
		{ w },
		{ groups: [{ names: ["w"], multiplier: 1, weightDecay: 0 }] },
	);
	w.assign(tf.tensor(value as number[]));
	const radii: number[] = [];
	const values = gradients.map((gradient, step) =>
		tf.tidy(() => {
			const numbers = optimizer.numbers(step + 1, [rate], optimizer.momentum);
			optimizer.update({ w: tf.tensor(gradient as number[]) }, numbers);
			radii.push(...(optimizer.slots["radius/w"]?.dataSync() ?? []));
			return [...w.dataSync()];
		}),
	);
	optimizer.dispose();
	return { values, radii };
}

before(() => useEngine("onnxruntime"));

for (const isCompiled of [true, false])
	describe(`over twelve steps, ${isCompiled ? "compiled" : "eager"}`, () => {
		test("SPD is that of its authors", () => {
			const course = { rate: 0.05, isCompiled };
			isLike(descend(spd({ optimizer: adamw }), course), wanted.spd.full);
			isLike(
				descend(spd({ optimizer: adamw, strength: 0.5 }), course),
				wanted.spd.half,
			);
		});

		test("FTP is that of its authors, of SGD and of Adam, and where radii only grow", () => {
			isLike(
				descend(ftp({ optimizer: nesterov }), {
					...{ rate: 0.05, weightDecay: 5e-4, isCompiled },
				}),
				wanted.ftp.sgd,
			);
			isLike(
				descend(ftp({ optimizer: adamw }), {
					...{ rate: 0.02, weightDecay: 0.01, isCompiled },
				}),
				wanted.ftp.adam,
			);
			isLike(
				descend(ftp({ optimizer: sgd, k: 0 }), { rate: 0.05, isCompiled }),
				wanted.ftp.growing,
			);
		});

		for (const [kind, options] of [
			["mars", {}],
			["l2", { norm: "l2" }],
			["seldom", { every: 5 }],
		] as const)
			test(`TPGM is that of its authors: ${kind}`, () =>
				project(kind, options, isCompiled));

		for (const by of ["rgn", "ewc", "plain"] as const)
			test(`what pulls by ${by} is that of its authors`, () =>
				pulled(by, isCompiled));
	});

const net: ParamSpecs = {
	"body.weight": { shape: [3, 4], axes: [1, 0], initial },
	"body.bias": { shape: [3], initial },
	"head.weight": { shape: [2, 3], axes: [1, 0], initial },
	"head.bias": { shape: [2], initial },
};

type Tensors = Readonly<Record<string, tf.Tensor>>;

const lossOf = (weights: Tensors, [x, y]: readonly [tf.Tensor, tf.Tensor]) => {
	const of = (name: string) => weights[name] as tf.Tensor2D;
	const inner = tf.tanh(
		tf.add(tf.matMul(x, of("body.weight")), of("body.bias")),
	);
	const out = tf.add(tf.matMul(inner, of("head.weight")), of("head.bias"));
	return tf.mean(tf.squaredDifference(out, y));
};

const batchOf = (seed: number): [tf.Tensor, tf.Tensor] => [
	tf.mul(tf.tensor(lcg([6, 4], seed), [6, 4]), 4),
	tf.mul(tf.tensor(lcg([6, 2], seed + 1), [6, 2]), 4),
];

function slopes(
	weights: Tensors,
	batch: readonly [tf.Tensor, tf.Tensor],
	names: readonly string[],
): Tensors {
	const grads = tf.grads((...tensors) =>
		lossOf(
			{
				...weights,
				...Object.fromEntries(names.map((name, i) => [name, tensors[i]!])),
			},
			batch,
		),
	)(names.map((name) => weights[name]!));
	return Object.fromEntries(names.map((name, i) => [name, grads[i]!]));
}

function project(
	kind: keyof typeof wanted.tpgm,
	options: { readonly norm?: "l2"; readonly every?: number },
	isCompiled: boolean,
): void {
	const params = Object.fromEntries(
		Object.entries(net).map(([name, spec], i) => [
			name,
			makeParam(spec, lcg(spec.shape, 11 + i)),
		]),
	);
	const names = Object.keys(params);
	const optimizer = makeOptimizer(
		tpgm({ optimizer: nesterov, ...options }),
		params,
		{
			groups: [{ names, multiplier: 1, weightDecay: 5e-4 }],
			factsOf: factsBySpecs(net, (name) => name.startsWith("head")),
		},
	);
	const ways = {
		update: (batch: [tf.Tensor, tf.Tensor], numbers: StepNumbers) =>
			optimizer.update({ ...slopes(params, batch, names) }, numbers),
		learn(batch: [tf.Tensor, tf.Tensor], numbers: StepNumbers) {
			const at: Slopes = (values) =>
				slopes({ ...params, ...values }, batch, Object.keys(values));
			optimizer.heldOut?.project(numbers, at);
		},
		keep: (numbers: StepNumbers) => optimizer.heldOut?.project(numbers),
	};
	const { update, learn, keep } = isCompiled
		? {
				update: compile(ways.update),
				learn: compile(ways.learn),
				keep: compile(ways.keep),
			}
		: ways;
	const { every = 1 } = options;
	assert.equal(optimizer.heldOut?.every, every);
	for (let step = 0; step < steps; step++)
		tf.tidy(() => {
			const numbers = optimizer.numbers(step + 1, [0.1], optimizer.momentum);
			update(batchOf(100 + 2 * step), numbers);
			if (step % every === 0)
				learn(batchOf(1000 + 2 * Math.floor(step / every)), numbers);
			else keep(numbers);
		});
	for (const name of names)
		near(paramValues(params[name]!, net[name]!), wanted.tpgm[kind][name]!, {
			what: name,
		});
	const radii = ["body.weight", "body.bias"].flatMap((name) => [
		...optimizer.slots[`radius/${name}`]!.dataSync(),
	]);
	near(radii, wanted.tpgm[kind].radii, { what: "radii" });
	assert.equal(optimizer.slots["radius/head.weight"], undefined);
	optimizer.dispose();
	tf.dispose(params);
}

/** Regularizers of weights, some of them of a head, and what they pull. */
function regularize(
	regularizer: Own<Regularizer>,
	weights: Params,
	{
		isHead = () => false,
		of = specs,
	}: { isHead?: (name: string) => boolean; of?: ParamSpecs } = {},
) {
	const made = regularization([regularizer], {
		...{ weights, isHead, factsOf: factsBySpecs(of, isHead) },
	});
	assert.ok(made);
	return made;
}

function pulled(by: "rgn" | "ewc" | "plain", isCompiled: boolean): void {
	const weights = starts();
	const names = Object.keys(weights);
	const weight = by === "plain" ? 0.7 : 0.1;
	const { measuring, pull, slots, dispose } = regularize(
		rgn({ by, weight }),
		weights,
	);
	const gradientsAt = (step: number) =>
		Object.fromEntries(
			names.map((name) => {
				const values = paramValues(weights[name]!, specs[name]!);
				return [name, laidOut(name, slopeAt(values, step))];
			}),
		);
	for (const { see } of measuring)
		for (const step of [0, 1, 2])
			tf.tidy(() =>
				(isCompiled ? compile(see) : see)(gradientsAt(step), tf.scalar(1 / 3)),
			);
	assert.equal(Object.keys(slots).length, by === "plain" ? 0 : 3);
	names.forEach((name, i) => {
		tf.tidy(() => {
			const move = laidOut(name, lcg(specs[name]!.shape, 51 + i));
			weights[name]!.assign(tf.add(weights[name]!, move));
		});
	});
	const apply = (gradients: Record<string, tf.Tensor>, rate: tf.Scalar) =>
		pull!(gradients, () => rate);
	const found = tf.tidy(() =>
		(isCompiled ? compile(apply) : apply)(gradientsAt(7), tf.scalar(0.5)),
	);
	for (const name of names)
		near(paramValues(found[name]!, specs[name]!), wanted.rgn[by][name]!, {
			what: name,
		});
	dispose();
	tf.dispose([weights, found]);
}

describe("by hand", () => {
	test("SPD takes back what a step away grew by, where the slope leads back", () => {
		const { values } = once(spd({ optimizer: sgd }), {
			...{ start: [0, 0], value: [1, 0], gradients: [[0.5, -4]], rate: 0.5 },
		});
		near(values[0]!, [0.3511, 0.9363], { tolerance: 1e-4 });
		near([Math.hypot(...values[0]!)], [1], { tolerance: 1e-6 });
		const first = once(spd({ optimizer: sgd }), {
			...{ start: [1, 2], gradients: [[3, -4]], rate: 0.5 },
		});
		assert.deepEqual(first.values[0], [-0.5, 4]);
		const shrinking = once(spd({ optimizer: sgd }), {
			...{ start: [0, 0], value: [1, 0], gradients: [[0.5, 0]], rate: 0.5 },
		});
		assert.deepEqual(shrinking.values[0], [0.75, 0]);
		const away = once(spd({ optimizer: sgd }), {
			...{ start: [0, 0], value: [1, 0], gradients: [[-1, 0]], rate: 0.5 },
		});
		assert.deepEqual(away.values[0], [1.5, 0]);
	});

	test("FTP's radii over three steps", () => {
		const start = [
			[1, 2],
			[3, 4],
		];
		const gradient = [
			[1, -1],
			[2, 0],
		];
		const negated = gradient.map((row) => row.map((value) => -value));
		const rows = {
			w: { shape: [2, 2], initial },
		};
		assert.deepEqual(factsBySpecs(rows, () => false)("w").axes, [0, 1]);
		const { values, radii } = once(ftp({ optimizer: sgd }), {
			...{ start, gradients: [gradient, gradient, negated], rate: 0.1 },
		});
		near(radii, [1e-8, 0.0074413782, 0.0069895558], { tolerance: 1e-9 });
		near(
			values[1]!.map((value, i) => value - start.flat()[i]!),
			[-0.0037206889, 0.0037206889, -0.0074413778, 0],
			{ tolerance: 5e-7 },
		);
		const [first, second] = [values[0]!.slice(0, 2), values[0]!.slice(2)];
		near([...first, ...second], [1, 2, 3, 4], { tolerance: 1e-8 });
		const growing = once(ftp({ optimizer: sgd, k: 0 }), {
			...{
				start,
				gradients: [gradient, gradient, negated, negated],
				rate: 0.1,
			},
		});
		growing.radii.slice(1).forEach((radius, i) => {
			assert.ok(radius >= growing.radii[i]! - 1e-9);
		});
	});

	test("TPGM projects rows, and its radius has the slope of the loss", () => {
		const w = tf.variable(tf.zeros([2, 2]));
		const optimizer = makeOptimizer(
			tpgm({ optimizer: sgd }),
			{ w },
			{ groups: [{ names: ["w"], multiplier: 1, weightDecay: 0 }] },
		);
		w.assign(
			tf.tensor2d([
				[0.25, -0.75],
				[1, 2],
			]),
		);
		const numbers = optimizer.numbers(1, [0.1], 0);
		optimizer.heldOut?.project(numbers);
		near(w.dataSync(), [0.125, -0.375, 1 / 6, 1 / 3], { tolerance: 1e-6 });
		near(optimizer.slots["radius/w"]!.dataSync(), [0.5], { tolerance: 1e-6 });
		optimizer.heldOut?.project(optimizer.numbers(2, [0.1], 0));
		near(w.dataSync(), [0.125, -0.375, 1 / 6, 1 / 3], { tolerance: 1e-6 });
		const offset = [0.25, -0.75, 1, 2];
		w.assign(tf.tensor2d(offset, [2, 2]));
		optimizer.slots["radius/w"]!.assign(tf.scalar(1.5));
		const factors = [2, 0.5, -1, 1.5];
		const lossAt = (radius: number) =>
			offset.reduce((sum, value, i) => {
				const norm = i < 2 ? 1 : 3;
				const ratio = Math.min(1, Math.max(0, radius / (norm + 1e-8)));
				return sum + factors[i]! * (value * ratio) ** 2;
			}, 0);
		optimizer.heldOut?.project(optimizer.numbers(2, [0.1], 0), ({ w: x }) => ({
			w: tf.mul(tf.mul(x!, tf.tensor2d(factors, [2, 2])), 2),
		}));
		const slope = optimizer.slots["radiusMean/w"]!.dataSync()[0]! / 0.1;
		const difference = (lossAt(1.5 + 1e-4) - lossAt(1.5 - 1e-4)) / 2e-4;
		near([slope], [difference], { tolerance: 1e-3 });
		w.assign(tf.tensor2d([0.01, 0, 0, 0.02], [2, 2]));
		optimizer.slots["radius/w"]!.assign(tf.scalar(9));
		optimizer.heldOut?.project(optimizer.numbers(3, [0.1], 0));
		near(w.dataSync(), [0.01, 0, 0, 0.02], { tolerance: 1e-6 });
		optimizer.dispose();
	});

	test("decay to the start, and L2-SP, bring weights back by rate · alpha", () => {
		const decayed = once(anchoredDecay({ optimizer: sgd, alpha: 0.1 }), {
			...{ start: [1], value: [3], gradients: [[0]], rate: 0.5 },
		});
		near(decayed.values[0]!, [2.9], { tolerance: 1e-6 });
		const off = once(anchoredDecay({ optimizer: sgd, alpha: 0 }), {
			...{ start: [1], value: [3], gradients: [[0.3]], rate: 0.5 },
		});
		assert.deepEqual(off.values[0], [Math.fround(3 - Math.fround(0.15))]);
		const of: ParamSpecs = {
			"a.weight": { shape: [1, 2], initial },
			"a.bias": { shape: [2], initial },
			"h.weight": { shape: [1, 1], initial },
		};
		const weights: Params = {
			"a.weight": tf.variable(tf.tensor2d([[1, 0]])),
			"a.bias": tf.variable(tf.tensor1d([1, 1])),
			"h.weight": tf.variable(tf.tensor2d([[2]])),
		};
		const gradientsOf = (options: Parameters<typeof l2Sp>[0]) => {
			weights["a.weight"]!.assign(tf.tensor2d([[1, 0]]));
			weights["a.bias"]!.assign(tf.tensor1d([1, 1]));
			const made = regularize(l2Sp(options), weights, {
				...{ of, isHead: (name: string) => name.startsWith("h") },
			});
			weights["a.weight"]!.assign(tf.tensor2d([[3, -1]]));
			weights["a.bias"]!.assign(tf.tensor1d([2, 4]));
			const { value, grads } = tf.variableGrads(made.loss!);
			const found = {
				loss: value.dataSync()[0]!,
				slopes: Object.values(weights).map((weight) => [
					...(grads[weight.name]?.dataSync() ?? []),
				]),
			};
			made.dispose();
			return found;
		};
		const usual = gradientsOf({ alpha: 0.1, beta: 0.5 });
		near([usual.loss], [0.05 * 5 + 0.25 * 4], { tolerance: 1e-6 });
		near(usual.slopes[0]!, [0.2, -0.1], { tolerance: 1e-6 });
		assert.deepEqual(usual.slopes[1], []);
		near(usual.slopes[2]!, [1], { tolerance: 1e-6 });
		const all = gradientsOf({ alpha: 0.1, beta: 0, kernelsOnly: false });
		near(all.slopes[1]!, [0.1, 0.3], { tolerance: 1e-6 });
		assert.deepEqual(all.slopes[2], []);
		tf.dispose(weights);
	});

	test("RGN is of relative sizes, of whole filters, and saturates", () => {
		const of: ParamSpecs = {
			k: { shape: [1, 1, 3, 3], axes: [2, 3, 1, 0], initial },
		};
		const measuredOf = (size: number) => {
			const weights: Params = {
				k: tf.variable(tf.fill([3, 3, 1, 1], size)),
			};
			const made = regularize(rgn({ weight: 3 }), weights, { of });
			made.measuring[0]!.see({ k: tf.fill([3, 3, 1, 1], size) }, tf.scalar(1));
			return { weights, made, found: made.slots["measured by/rgn/k"]! };
		};
		const { weights, made, found } = measuredOf(1);
		assert.deepEqual(found.shape, [1, 1, 1, 1]);
		near(found.dataSync(), [1 / (1 + 1e-8 / 9)], { tolerance: 1e-7 });
		near(measuredOf(5).found.dataSync(), [1], { tolerance: 1e-6 });
		weights.k!.assign(tf.fill([3, 3, 1, 1], 4));
		const rate = 0.5;
		const { k } = made.pull!({ k: tf.zeros([3, 3, 1, 1]) }, () =>
			tf.scalar(rate),
		);
		const after = tf.sub(weights.k!, tf.mul(k!, rate)).dataSync();
		assert.deepEqual([...after], Array(9).fill(1), "back at the start");
		assert.equal(made.measuring[0]!.batches(70), 70);
		assert.equal(made.measuring[0]!.batches(9000), 5000);
		assert.throws(
			() =>
				regularization([rgn(), rgn({ weight: 2 })], {
					weights,
					isHead: () => false,
					factsOf: factsBySpecs(of, () => false),
				}),
			/two of its regularizers that measure are called rgn/,
		);
		const alike = regularize(rgn({ by: "plain", weight: 0.7 }), weights, {
			of,
		});
		const held = regularize(l2Sp({ alpha: 0.7 }), weights, { of });
		weights.k!.assign(tf.fill([3, 3, 1, 1], 6));
		const pull = alike.pull!({ k: tf.zeros([3, 3, 1, 1]) }, () => tf.scalar(1));
		const { grads } = tf.variableGrads(held.loss!, [weights.k!]);
		near(pull.k!.dataSync(), [...grads[weights.k!.name]!.dataSync()], {
			tolerance: 1e-6,
		});
	});

	test("options that are mistyped, and optimizers of one's own, are named", () => {
		const own = { name: "mine", make: () => ({}) as never };
		for (const [call, says] of [
			[() => l2Sp({ alfa: 1 } as never), /l2Sp has no option "alfa".*"alpha"/],
			[() => rgn({ by: "rng" } as never as RgnOptions), /did you mean "rgn"/],
			[() => spd({} as never), /optimizer is missing/],
			[
				() => spd({ optimizer: own }),
				/optimizer must be the optimizer of a recipe, sgd or adamw, not mine, which is one's own/,
			],
			[
				() => ftp({ optimizer: { name: "sgdd" } as never }),
				/did you mean "sgd"/,
			],
			[
				() => tpgm({ optimizer: sgd, norm: "mar" } as never),
				/did you mean "mars"/,
			],
			[() => anchoredDecay({ optimizer: sgd } as never), /alpha is missing/],
		] as const)
			assert.throws(call, says);
	});
});
