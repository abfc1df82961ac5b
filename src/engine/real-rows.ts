import {
	findBackend,
	getBackend,
	type Tensor,
	type Tensor1D,
	tensor,
	tensor1d,
	tidy,
} from "@tensorflow/tfjs";
import { aside } from "./aside.js";
import {
	backendName,
	type OnnxRuntimeBackend,
	type Tracer,
} from "./backend.js";
import { compile } from "./compile.js";
import { sizeOf } from "./graph.js";
import type {
	arrayTypes,
	HostArray,
	HostCall,
	HostDType,
} from "./host-call.js";

/** Tensors of which only some rows are real. */
export interface RealRows {
	/** `[batch, most, ...]` each. */
	readonly rows: readonly Tensor[];
	/** `[batch]`, int32: how many of each image are real; they come first. */
	readonly counts: Tensor1D;
	/** What is the same for all rows: weights, say. */
	readonly others: readonly Tensor[];
}

/** Tensors as a function of real rows sees them. */
export interface PackedRows {
	/** `[count, ...]` each: the real rows of all images, and zeros behind them. */
	readonly rows: readonly Tensor[];
	/** 1 for a real row, 0 for what fills them up: `[count]`, float32. */
	readonly isReal: Tensor1D;
	readonly others: readonly Tensor[];
}

/** What it makes of them, float32. */
export interface RowResults {
	/** `[count, ...]` each. */
	readonly rows: readonly Tensor[];
	readonly others: readonly Tensor[];
}

/** The shapes of what it makes: of one row of each, and of the others. */
export interface RowShapes {
	readonly rows: readonly (readonly number[])[];
	readonly others: readonly (readonly number[])[];
}

const leastRows = 8;
// As many lengths as there are below a thousand rows.
const mostPlans = 14;

/** For how many rows a graph is made that computes `real` of at most `most`: at most half as many again, or 8. */
export function packedLength(real: number, most: number): number {
	let length = leastRows;
	while (length < real) {
		const half = length * 1.5;
		length = half >= real ? half : length * 2;
	}
	return Math.min(length, most);
}

/** Where the real rows of each image start, packed and apart, and how many they are. */
interface Run {
	readonly packed: number;
	readonly apart: number;
	readonly count: number;
}

function runsOf(counts: HostArray, most: number): Run[] {
	const runs: Run[] = [];
	let packed = 0;
	counts.forEach((count, image) => {
		runs.push({ packed, apart: image * most, count });
		packed += count;
	});
	return runs;
}

function pack(
	values: HostArray,
	size: number,
	{ runs, length }: { readonly runs: readonly Run[]; readonly length: number },
): HostArray {
	const Elements = values.constructor as (typeof arrayTypes)[HostDType];
	const made = new Elements(length * size);
	for (const { packed, apart, count } of runs) {
		const rows = values.subarray(apart * size, (apart + count) * size);
		made.set(rows as never, packed * size);
	}
	return made;
}

function unpack(
	values: HostArray,
	size: number,
	{ runs, length }: { readonly runs: readonly Run[]; readonly length: number },
): HostArray {
	const made = new Float32Array(length * size);
	for (const { packed, apart, count } of runs) {
		const rows = values.subarray(packed * size, (packed + count) * size);
		made.set(rows, apart * size);
	}
	return made;
}

type OfPacked = (packed: PackedRows) => RowResults;

const backendOf = (): OnnxRuntimeBackend | undefined =>
	getBackend() === backendName
		? (findBackend(backendName) as OnnxRuntimeBackend)
		: undefined;

function elements(one: Tensor): HostArray {
	const backend = backendOf();
	const values = backend?.data.has(one.dataId)
		? backend.stored(one.dataId).values
		: one.dataSync();
	return values as HostArray;
}

/** Packs arrays of rows and counts, and unpacks what a function makes of them into new arrays, rows first. */
function packing(
	{ rows, counts }: RealRows,
	shapes: RowShapes,
	fn: OfPacked,
): (arrays: readonly HostArray[], others: readonly Tensor[]) => HostArray[] {
	const batch = counts.shape[0];
	const most = rows[0]?.shape[1] as number;
	const kinds = rows.map(({ shape, dtype }) => ({
		shape: shape.slice(2),
		dtype,
	}));
	return (arrays, others) => {
		const runs = runsOf(arrays[rows.length] as HostArray, most);
		const real = runs.reduce((sum, { count }) => sum + count, 0);
		const length = packedLength(real, batch * most);
		const packed = kinds.map(({ shape, dtype }, i) => {
			const size = sizeOf(shape);
			const values = pack(arrays[i] as HostArray, size, { runs, length });
			return tensor(values, [length, ...shape], dtype);
		});
		const isReal = tensor1d(new Float32Array(length).fill(1, 0, real));
		const made = fn({ rows: packed, isReal, others });
		return [
			...shapes.rows.map((shape, i) =>
				unpack(elements(made.rows[i] as Tensor), sizeOf(shape), {
					runs,
					length: batch * most,
				}),
			),
			...made.others.map((other) => elements(other).slice()),
		];
	};
}

/** The weights that are read amid a run as they are then, and the other tensors, which are fed. */
function traced(
	tracer: Tracer,
	given: RealRows,
	{ shapes, fn }: { readonly shapes: RowShapes; readonly fn: OfPacked },
): {
	readonly inputs: readonly Tensor[];
	readonly call: Omit<HostCall, "outputs">;
} {
	const variables = given.others.map((other) => tracer.variableOf(other));
	const fed = given.others.filter((_, i) => !variables[i]);
	const frozen = variables.flatMap((found) =>
		found?.isFrozen ? [found.variable] : [],
	);
	const compiled = compile(fn, { plans: mostPlans, frozen });
	const run = packing(given, shapes, compiled);
	const first = given.rows.length + 1;
	return {
		inputs: [...given.rows, given.counts, ...fed],
		call: {
			fn(arrays) {
				const rest = arrays.slice(first);
				let made: HostArray[] = [];
				// Not returned from the tidy, which would look for tensors in every number.
				tidy(() => {
					const others = given.others.map(({ shape, dtype }, i) => {
						const values = () => (rest.shift() as HostArray).slice();
						return variables[i]?.variable ?? tensor(values(), shape, dtype);
					});
					made = run(arrays, others);
				});
				return made;
			},
			hostValues: [],
			isFresh: true,
			dispose: compiled.dispose,
		},
	};
}

/**
 * Computes with the rows that are real alone, in the midst of a function that may be compiled.
 *
 * `fn` is given the real rows of all images one after another, filled up to a length of which there are few; it is
 * compiled by itself for each length, when rows of that length are first there, and only that graph runs. What it
 * returns is float32: rows, which go back to their places, zeros where there is no real one, and others. It has no
 * gradient with respect to what it is given: wrap the call in `tf.customGrad` for one. `fn` may take gradients of its
 * own, and must read tensors only from its argument.
 */
export function onRealRows(
	given: RealRows,
	shapes: RowShapes,
	fn: OfPacked,
): RowResults {
	const [batch, most] = [given.counts.shape[0], given.rows[0]?.shape[1]];
	const outputs = [
		...shapes.rows.map((shape) => [batch, most as number, ...shape]),
		...shapes.others,
	].map((shape) => ({ shape, dtype: "float32" as const }));
	const alone: OfPacked = (packed) => aside(() => fn(packed));
	const tracer = backendOf()?.tracer;
	let made: Tensor[];
	if (tracer) {
		const { inputs, call } = traced(tracer, given, { shapes, fn: alone });
		made = tracer.host(inputs, { ...call, outputs });
	} else {
		const arrays = [...given.rows, given.counts].map(elements);
		const run = packing(given, shapes, alone);
		made = tidy(() =>
			run(arrays, given.others).map((values, i) =>
				tensor(values, outputs[i]?.shape as number[]),
			),
		);
	}
	const count = shapes.rows.length;
	return { rows: made.slice(0, count), others: made.slice(count) };
}
