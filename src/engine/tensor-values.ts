import { findBackend, getBackend } from "@tensorflow/tfjs";
import { backendName, type OnnxRuntimeBackend } from "./backend.js";

/**
 * An array of so many numbers, whatever they are, of which a tensor is made at once.
 *
 * The memory is another tensor's once that one is disposed of, unless its values were read: pages of new memory are found
 * missing one by one.
 */
export function tensorValues(length: number): Float32Array {
	if (getBackend() === backendName) {
		const { pool, tracer } = findBackend(backendName) as OnnxRuntimeBackend;
		if (!tracer) return pool.take("float32", length) as Float32Array;
	}
	return new Float32Array(length);
}
