import { findBackend, getBackend, type Tensor, tensor } from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { list, thing } from "../check/checks.js";
import { backendName, type OnnxRuntimeBackend } from "./backend.js";
import {
	callHost,
	type HostArray,
	type HostFunction,
	type HostOutput,
} from "./host-call.js";
import type { HostValue } from "./host-value.js";

/** What a host function reads besides tensors. */
export interface HostOptions {
	/** Plain values that the function is given too, as they are at the time of the call. */
	readonly hostValues?: readonly HostValue<unknown>[];
}

const checks: Checks<HostOptions> = { hostValues: list(thing("a HostValue")) };

/**
 * Computes tensors in plain JavaScript, in the midst of a function that may be compiled.
 *
 * The function is given the elements of the inputs and the current values of `hostValues`; the shapes of
 * its outputs cannot depend on them. It has no gradient: wrap the call in `tf.customGrad` for one.
 * An error that the function throws is thrown on. Random numbers are to come in as a tensor, drawn by
 * `drawUniform`.
 */
export function onHost(
	inputs: readonly Tensor[],
	outputs: readonly HostOutput[],
	fn: HostFunction,
	options: HostOptions = {},
): Tensor[] {
	checkOptions("onHost", options, checks);
	const { hostValues = [] } = options;
	const backend =
		getBackend() === backendName
			? (findBackend(backendName) as OnnxRuntimeBackend)
			: undefined;
	const call = { fn, outputs, hostValues };
	if (backend?.tracer) return backend.tracer.host(inputs, call);
	const arrays = inputs.map((input) =>
		backend?.data.has(input.dataId)
			? backend.stored(input.dataId).values
			: input.dataSync(),
	) as HostArray[];
	const made = callHost(
		call,
		arrays,
		hostValues.map(({ value }) => value),
	);
	return outputs.map(({ shape, dtype }, i) =>
		tensor((made[i] as HostArray).slice(), [...shape], dtype),
	);
}
