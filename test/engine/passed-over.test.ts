/** Which engine is chosen, by what is installed and what of it works; TensorFlow is a stand-in. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { EngineDescription } from "../../src/parts.js";
import { installStandIn, type Loading } from "./stand-in-package.js";

const library = fileURLToPath(new URL("../../src/index.js", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "passed-over-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

// what tfjs-node 4.22 throws
const missing = {
	throws:
		"The Node.js native addon module (tfjs_binding.node) can not be found at path: /x/tfjs_binding.node. \nPlease run command 'npm rebuild'",
};

/** Runs code in a process that finds these packages; returns what it writes, and its warnings. */
function run(
	code: string,
	installed: Partial<Record<"tfjs-node" | "tfjs-node-gpu", Loading>>,
	environment: NodeJS.ProcessEnv = {},
) {
	const folder = mkdtempSync(join(scratch, "modules-"));
	let found = {};
	for (const [name, loading] of Object.entries(installed))
		found = installStandIn(folder, name as "tfjs-node", loading);
	const { stdout, stderr } = spawnSync(
		process.execPath,
		[
			"--input-type=module",
			"--eval",
			`const { useEngine } = await import(${JSON.stringify(library)}); ${code}`,
		],
		{
			encoding: "utf8",
			env: {
				...process.env,
				ROBUST_TRANSFER_ENGINE: "",
				...found,
				...environment,
			},
		},
	);
	return { stdout, stderr };
}

const describeEngine =
	"process.stdout.write(JSON.stringify(await useEngine()));";

function chosen(
	...given: Parameters<typeof run> extends [string, ...infer Rest]
		? Rest
		: never
): EngineDescription {
	const { stdout, stderr } = run(describeEngine, ...given);
	assert.ok(stdout.startsWith("{"), stdout + stderr);
	return JSON.parse(stdout) as EngineDescription;
}

test("TensorFlow on a graphics card comes first, ONNX Runtime second", () => {
	const both = { "tfjs-node": "works", "tfjs-node-gpu": "works" } as const;
	const gpu = chosen(both, { STAND_IN_GPU: "1" });
	assert.deepEqual([gpu.name, gpu.device], ["tfjs-node-gpu", "gpu"]);
	assert.equal(gpu.version, "4.22.0");
	const cpu = chosen({ "tfjs-node": "works" });
	assert.deepEqual([cpu.name, cpu.passedOver], ["onnxruntime", undefined]);
	const named = chosen(both, { ROBUST_TRANSFER_ENGINE: "tfjs-node" });
	assert.equal(named.name, "tfjs-node");
});

test("what is installed and does not work is passed over with a sentence", () => {
	const broken = chosen({ "tfjs-node-gpu": missing });
	assert.equal(broken.name, "onnxruntime");
	assert.deepEqual(broken.passedOver, [
		'@tensorflow/tfjs-node-gpu is installed, but does not load: The Node.js native addon module (tfjs_binding.node) can not be found at path: /x/tfjs_binding.node; "npm rebuild @tensorflow/tfjs-node-gpu" downloads what is missing',
	]);
	const idle = chosen({ "tfjs-node-gpu": "works" });
	assert.equal(idle.name, "onnxruntime");
	assert.match(idle.passedOver?.[0] ?? "", /finds no graphics card/);
});

test("what is named and does not work throws that sentence", () => {
	const code =
		'await useEngine("tfjs-node").catch(({ message }) => process.stdout.write(message));';
	const { stdout } = run(code, { "tfjs-node": missing });
	assert.match(stdout, /is installed, but does not load: The Node/);
});

test("what tfjs-node calls and Node has removed is there, without a warning", () => {
	const code =
		'await useEngine("tfjs-node"); const util = (await import("node:module")).createRequire(import.meta.url)("util"); process.stdout.write([util.isNullOrUndefined(null), util.isNullOrUndefined(0), util.isArray([])].join());';
	const { stdout, stderr } = run(code, { "tfjs-node": "works" });
	assert.equal(stdout, "true,false,true");
	assert.doesNotMatch(stderr, /DEP00/);
});
