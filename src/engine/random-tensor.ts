import {
	findBackend,
	getBackend,
	keep,
	type Tensor,
	tensor,
	util,
} from "@tensorflow/tfjs";
import type { Random } from "../random.js";
import { backendName, type OnnxRuntimeBackend } from "./backend.js";
import { sizeOf } from "./graph.js";
import type { Fill } from "./tracer.js";

function drawAnew(shape: number[], fill: Fill): Tensor {
	const tracer =
		getBackend() === backendName
			? (findBackend(backendName) as OnnxRuntimeBackend).tracer
			: undefined;
	if (tracer) return tracer.draw(shape, fill);
	const values = new Float32Array(sizeOf(shape));
	fill(values);
	return tensor(values, shape);
}

let draw = drawAnew;

function drawingBy<Result>(drawn: typeof draw, fn: () => Result): Result {
	const before = draw;
	draw = drawn;
	try {
		return fn();
	} finally {
		draw = before;
	}
}

/** What a function returns, and copies of all that it draws, which the caller disposes of. */
export function recordDraws<Result>(fn: () => Result): {
	readonly made: Result;
	readonly draws: readonly Tensor[];
} {
	const draws: Tensor[] = [];
	const before = draw;
	const record: typeof draw = (shape, fill) => {
		const drawn = before(shape, fill);
		draws.push(keep(drawn.clone()));
		return drawn;
	};
	return { made: drawingBy(record, fn), draws };
}

/** Calls a function that draws what another call of it drew. Throws where it draws more, less or of other shapes. */
export function replayDraws<Result>(
	draws: readonly Tensor[],
	fn: () => Result,
): Result {
	const left = [...draws];
	const check = (isRight: boolean): void => {
		if (!isRight)
			throw new Error("a function that is called again draws other numbers");
	};
	const made = drawingBy((shape) => {
		const next = left.shift() as Tensor;
		check(next !== undefined && util.arraysEqual(next.shape, shape));
		return next.clone();
	}, fn);
	check(left.length === 0);
	return made;
}

/**
 * A float32 tensor of numbers uniform in [low, high), drawn from a seeded generator.
 *
 * Inside a compiled function it is drawn anew at every call, whether it is read or not: what the function
 * itself would draw.
 */
export function drawUniform(
	shape: number[],
	random: Random,
	low = 0,
	high = 1,
): Tensor {
	return draw(shape, (values) => {
		for (let i = 0; i < values.length; i++)
			values[i] = random.uniform(low, high);
	});
}

/** A float32 tensor of normal numbers, drawn as `drawUniform` draws. */
export function drawNormal(
	shape: number[],
	random: Random,
	mean = 0,
	deviation = 1,
): Tensor {
	return draw(shape, (values) => {
		for (let i = 0; i < values.length; i++)
			values[i] = random.normal(mean, deviation);
	});
}
