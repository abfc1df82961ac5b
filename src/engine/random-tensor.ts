import { findBackend, getBackend, type Tensor, tensor } from "@tensorflow/tfjs";
import type { Random } from "../random.js";
import { backendName, type OnnxRuntimeBackend } from "./backend.js";
import { sizeOf } from "./graph.js";
import type { Fill } from "./tracer.js";

function draw(shape: number[], fill: Fill): Tensor {
	const tracer =
		getBackend() === backendName
			? (findBackend(backendName) as OnnxRuntimeBackend).tracer
			: undefined;
	if (tracer) return tracer.draw(shape, fill);
	const values = new Float32Array(sizeOf(shape));
	fill(values);
	return tensor(values, shape);
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
