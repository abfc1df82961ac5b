import { axisOf, chance, dtypeOf, numbers, pick, shapeOf } from "./draw.js";
import type { Draw } from "./trial.js";

const gatherV2: Draw = (random) => {
	const shape = shapeOf(random, { least: 1, most: 4 });
	const dtype = dtypeOf(random);
	const axis = axisOf(random, shape.length);
	const length = shape[axis] as number;
	const of = shapeOf(random, { most: 2 }).map((n) => Math.min(n, 8));
	const indices = length === 0 ? [0] : of;
	// The gradient asks for a vector of indices.
	const isDifferentiable = dtype === "float32" && of.length === 1 && length > 0;
	return {
		inputs: {
			x: numbers(random, shape, dtype),
			indices: numbers(random, indices, "int32", { low: 0, high: length - 1 }),
		},
		attributes: { axis, batchDims: 0 },
		...(isDifferentiable && { differentiable: ["x"] }),
	};
};

const places =
	(shape: readonly number[]) =>
	(random: Parameters<Draw>[0], count: readonly number[]) => {
		const rows = count.reduce((a, b) => a * b, 1);
		const values = Array.from({ length: rows }, () =>
			shape.map((length) => random.integer(0, length)),
		).flat();
		return { shape: [...count, shape.length], dtype: "int32" as const, values };
	};

const gatherNd: Draw = (random) => {
	const shape = shapeOf(random, { least: 1, most: 5, empty: false });
	const depth = random.integer(1, shape.length + 1);
	const count = shapeOf(random, { least: 1, most: 2 }).map((n) =>
		Math.min(n, 6),
	);
	return {
		inputs: {
			params: numbers(random, shape, dtypeOf(random)),
			indices: places(shape.slice(0, depth))(random, count),
		},
	};
};

// Every place once: with more, TensorFlow.js adds where TensorFlow and ONNX leave the result open.
function distinctPlaces(random: Parameters<Draw>[0], shape: readonly number[]) {
	const all = places(shape)(random, [random.integer(1, 6)]).values;
	const seen = new Map<string, number[]>();
	for (let i = 0; i < all.length; i += shape.length) {
		const place = all.slice(i, i + shape.length);
		seen.set(`${place}`, place);
	}
	const values = [...seen.values()].flat();
	return {
		shape: [seen.size, shape.length],
		dtype: "int32" as const,
		values,
	};
}

const scatterNd: Draw = (random) => {
	const shape = shapeOf(random, { least: 1, most: 4, empty: false });
	const depth = random.integer(1, shape.length + 1);
	const rows = random.integer(1, 7);
	const dtype = pick(random, ["float32", "float32", "int32"] as const);
	return {
		inputs: {
			indices: places(shape.slice(0, depth))(random, [rows]),
			updates: numbers(random, [rows, ...shape.slice(depth)], dtype, {
				odd: 0.1,
			}),
		},
		attributes: { shape },
	};
};

const scatterUpdate: Draw = (random) => {
	const shape = shapeOf(random, { least: 1, most: 4, empty: false });
	const depth = random.integer(1, shape.length + 1);
	const dtype = dtypeOf(random);
	const indices = distinctPlaces(random, shape.slice(0, depth));
	const rows = indices.shape[0] as number;
	return {
		inputs: {
			tensor: numbers(random, shape, dtype),
			indices,
			updates: numbers(random, [rows, ...shape.slice(depth)], dtype),
		},
		attributes: {},
	};
};

const oneHot: Draw = (random) => {
	const depth = random.integer(1, 6);
	return {
		inputs: {
			indices: numbers(random, shapeOf(random, { most: 5 }), "int32", {
				low: -2,
				high: depth + 1,
			}),
		},
		attributes: {
			depth,
			dtype: pick(random, ["float32", "int32", "bool"]),
			onValue: chance(random, 0.3) ? 2 : 1,
			offValue: 0,
		},
	};
};

/** Kernels that read or write at indices. */
export const indexingDraws: Readonly<Record<string, Draw>> = {
	GatherNd: gatherNd,
	GatherV2: gatherV2,
	OneHot: oneHot,
	ScatterNd: scatterNd,
	TensorScatterUpdate: scatterUpdate,
};
