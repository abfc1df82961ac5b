import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { engine, useEngine } from "../../src/index.js";
import type { EngineName } from "../../src/parts.js";
import { threadCount } from "../../src/thread-count.js";
import { availableEngines } from "./engines.js";
import { inNewProcess } from "./new-process.js";

/** What a program that has just loaded the library prints, or why it fails. */
function printed(code: string, environment?: Record<string, string>): string {
	const { stdout, stderr } = inNewProcess(
		`const { engine, useEngine } = library; ${code}`,
		environment,
	);
	return stdout || stderr;
}

const described = (name: EngineName): Promise<unknown> => useEngine(name);

test("an engine describes itself", async () => {
	const made = await useEngine("onnxruntime");
	assert.deepEqual(
		{ ...made, version: "", fallbacks: {} },
		{
			name: "onnxruntime",
			version: "",
			device: "cpu",
			threads: threadCount(),
			fallbacks: {},
		},
	);
	assert.match(made.version, /^\d+\.\d+\.\d+$/);
	assert.equal(tf.getBackend(), "onnxruntime");
	assert.equal((await useEngine("onnxruntime", { threads: 1 })).threads, 1);
	const { ROBUST_TRANSFER_THREADS: before } = process.env;
	process.env.ROBUST_TRANSFER_THREADS = "3";
	try {
		assert.equal((await useEngine("onnxruntime")).threads, 3);
		assert.equal((await useEngine("onnxruntime", { threads: 1 })).threads, 1);
	} finally {
		process.env.ROBUST_TRANSFER_THREADS = before ?? "";
	}
});

test("kernels that run in JavaScript are counted", async () => {
	await useEngine("onnxruntime");
	const before = engine().fallbacks.FFT ?? 0;
	tf.tidy(() => tf.spectral.fft(tf.complex([1, 2], [0, 0])));
	assert.equal(engine().fallbacks.FFT, before + 1);
});

test("the environment variable overrides the order of preference", () => {
	const code = "process.stdout.write((await useEngine()).name);";
	const environment = { ROBUST_TRANSFER_ENGINE: "onnxruntime" };
	assert.equal(printed(code, environment), "onnxruntime");
	assert.match(
		printed(code, { ROBUST_TRANSFER_ENGINE: "pytorch" }),
		/there is no engine "pytorch"; the engines are tfjs-node-gpu, onnxruntime, tfjs-node/,
	);
});

test("no engine is in use before one is chosen", () => {
	assert.match(
		printed("engine();"),
		/no engine is in use yet: await useEngine\(\) first/,
	);
});

test("an engine that is not installed says how to install it", async (t) => {
	const installed = (await availableEngines()).map(({ engine }) => engine);
	for (const name of ["tfjs-node", "tfjs-node-gpu"] as const) {
		if (installed.includes(name)) {
			t.diagnostic(`${name} is installed`);
			continue;
		}
		await assert.rejects(described(name), {
			message: new RegExp(
				`npm install --save-prod --save-exact @tensorflow/${name}@4\\.22\\.0`,
			),
		});
	}
});

test("options out of range are refused", async () => {
	for (const threads of [0, -1, 1.5, Number.NaN]) {
		await assert.rejects(useEngine("onnxruntime", { threads }), {
			message: `useEngine: threads must be a whole number of at least 1, not ${threads}`,
		});
	}
	await assert.rejects(
		useEngine("onnxruntime", { executionProviders: ["abacus"] }),
		{ message: /no execution provider abacus; it has cpu/ },
	);
});
