import type { Random } from "../../../src/index.js";
import {
	axesOf,
	axisOf,
	chance,
	dtypeOf,
	numbers,
	pick,
	shapeOf,
	sizeOf,
} from "./draw.js";
import type { Draw, Drawn } from "./trial.js";

/** A kernel that moves the elements of one tensor; `make` draws its attributes for the shape. */
const moving =
	(
		make: (random: Random, shape: readonly number[]) => Record<string, unknown>,
		{
			name = "x",
			least = 0,
			most = 6,
			empty = true,
			differentiable = true,
		} = {},
	): Draw =>
	(random) => {
		const dtype = dtypeOf(random);
		const shape = shapeOf(random, { least, most, empty });
		return {
			inputs: { [name]: numbers(random, shape, dtype) },
			attributes: make(random, shape),
			...(differentiable && dtype === "float32" && { differentiable: [name] }),
		};
	};

const shuffled = (random: Random, rank: number): number[] =>
	Array.from({ length: rank }, (_, axis) => [random.uniform(), axis] as const)
		.sort(([a], [b]) => a - b)
		.map(([, axis]) => axis);

function reshaped(random: Random, shape: readonly number[]): number[] {
	const parts = shape.length === 0 ? [] : [sizeOf(shape)];
	for (const length of [2, 3, 2]) {
		const last = parts.at(-1) ?? 1;
		if (last % length === 0 && chance(random, 0.6))
			parts.splice(-1, 1, length, last / length);
	}
	if (chance(random, 0.3)) parts.push(1);
	if (sizeOf(shape) > 0 && parts.length > 0 && chance(random, 0.3))
		parts[random.integer(0, parts.length)] = -1;
	return parts;
}

const paddings = (most: number) => (random: Random, shape: readonly number[]) =>
	shape.map((length) =>
		[0, 0].map(() => random.integer(0, Math.min(most, length) + 1)),
	);

const slice = moving((random, shape) => {
	const begin = shape.map((length) => random.integer(0, length + 1));
	const size = shape.map((length, axis) =>
		chance(random, 0.2)
			? -1
			: random.integer(0, length - (begin[axis] as number) + 1),
	);
	return { begin, size };
});

const stridedSlice = moving(
	(random, shape) => {
		const shrinks = chance(random, 0.2);
		// JavaScript mixes up the axes where it drops one and steps along others.
		const steps = shrinks ? [1] : [1, 1, 2, 3, -1, -2];
		const strides = shape.map(() => pick(random, steps));
		return {
			begin: shape.map((length) => random.integer(-length, length)),
			end: shape.map((length) => random.integer(-length, length + 3)),
			strides,
			beginMask: random.integer(0, 2 ** shape.length),
			endMask: random.integer(0, 2 ** shape.length),
			ellipsisMask: 0,
			newAxisMask: 0,
			shrinkAxisMask: shrinks ? 1 : 0,
		};
	},
	{ least: 1, most: 5, empty: false, differentiable: false },
);

const split = moving(
	(random, shape) => {
		const axis = axisOf(random, shape.length);
		const length = shape[axis] as number;
		const first = random.integer(0, length + 1);
		return { axis, numOrSizeSplits: [first, length - first] };
	},
	{ least: 1 },
);

function several(random: Random, axis: number, shape: readonly number[]) {
	const dtype = dtypeOf(random);
	const isEven = axis >= shape.length;
	const inputs = Object.fromEntries(
		Array.from({ length: random.integer(1, 5) }, (_, i) => {
			const own = isEven ? shape : [...shape];
			if (!isEven) (own as number[])[axis] = random.integer(0, 5);
			return [i, numbers(random, own, dtype)];
		}),
	);
	return inputs;
}

const concat: Draw = (random): Drawn => {
	const shape = shapeOf(random, { least: 1 });
	const axis = axisOf(random, shape.length);
	return { inputs: several(random, axis, shape), attributes: { axis } };
};

const pack: Draw = (random): Drawn => {
	const shape = shapeOf(random, { most: 5 });
	const inputs = several(random, shape.length, shape);
	return { inputs, attributes: { axis: axisOf(random, shape.length + 1) } };
};

/** Kernels that move elements. */
export const shapeDraws: Readonly<Record<string, Draw>> = {
	Concat: concat,
	ExpandDims: moving(
		(random, shape) => ({ dim: axisOf(random, shape.length + 1) }),
		{ name: "input", most: 5 },
	),
	Identity: moving(() => ({})),
	MirrorPad: moving(
		(random, shape) => {
			const mode = pick(random, ["reflect", "symmetric"]);
			const most = shape.map((n) =>
				Math.max(0, mode === "reflect" ? n - 1 : n),
			);
			return { mode, paddings: paddings(3)(random, most) };
		},
		{ most: 4, empty: false, differentiable: false },
	),
	Pack: pack,
	PadV2: moving(
		(random, shape) => ({
			paddings: paddings(3)(
				random,
				shape.map(() => 3),
			),
			constantValue: random.integer(0, 2),
		}),
		{ most: 4 },
	),
	Reshape: moving((random, shape) => ({ shape: reshaped(random, shape) }), {
		name: "x",
		differentiable: true,
	}),
	Reverse: moving((random, shape) => ({ dims: axesOf(random, shape.length) })),
	Slice: slice,
	SplitV: split,
	StridedSlice: stridedSlice,
	Tile: moving(
		(random, shape) => ({ reps: shape.map(() => random.integer(1, 4)) }),
		{ most: 4 },
	),
	Transpose: moving((random, shape) => ({
		perm: shuffled(random, shape.length),
	})),
	Unpack: moving((random, shape) => ({ axis: axisOf(random, shape.length) }), {
		name: "value",
		least: 1,
		most: 5,
	}),
};
