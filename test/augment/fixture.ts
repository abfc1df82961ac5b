import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/index.js";
import { availableEngines, type TestedEngine } from "../engine/engines.js";

/** Reads a fixture of `test/fixtures/augment`, which is beside the sources, not in `dist`. */
export function readFixture<Fixture>(name: string): Fixture {
	const folder = new URL("../../../test/fixtures/augment/", import.meta.url);
	return JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
}

export function float32(base64: string): Float32Array {
	const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
	return new Float32Array(bytes.buffer);
}

/** The images of the fixtures: a linear congruential generator over a smooth ramp. */
export function fixtureImages(batch: number, size: number): tf.Tensor4D {
	let state = 1;
	const values = Float32Array.from(
		{ length: batch * size * size * 3 },
		(_, i) => {
			state = (state * 1664525 + 1013904223) % 2 ** 32;
			return (0.7 * ((i * 7) % 256)) / 255 + (0.3 * state) / 2 ** 32;
		},
	);
	values.set([0, 1, 0.5]);
	return tf.tensor4d(values, [batch, size, size, 3]);
}

/** The largest difference between a tensor and what it should be. */
export function furthest(
	actual: tf.Tensor,
	expected: ArrayLike<number>,
): number {
	const values = actual.dataSync();
	if (values.length !== expected.length) return Number.POSITIVE_INFINITY;
	let most = 0;
	for (let i = 0; i < values.length; i++) {
		const off = Math.abs((values[i] as number) - (expected[i] as number));
		most = Number.isNaN(off) ? Number.POSITIVE_INFINITY : Math.max(most, off);
	}
	return most;
}

const engines: readonly (TestedEngine | "javascript")[] = [
	"javascript",
	...(await availableEngines()),
];

/** Runs a check on pure JavaScript kernels and on every engine there is. */
export async function onEveryEngine(
	check: (engine: { label: string; compiled: boolean }) => void,
): Promise<void> {
	for (const engine of engines) {
		if (engine === "javascript") {
			await useEngine();
			await tf.setBackend("cpu");
			tf.tidy(() => check({ label: engine, compiled: false }));
		} else {
			await useEngine(engine.engine, engine.options);
			tf.tidy(() => check(engine));
		}
	}
}
