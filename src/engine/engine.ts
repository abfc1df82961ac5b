import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { list, text, whole } from "../check/checks.js";
import { didYouMean } from "../check/did-you-mean.js";
import { shown } from "../check/shown.js";
import {
	backendName,
	type OnnxRuntimeBackend,
	registerOnnxRuntime,
} from "./backend.js";
import { forgetSessions } from "./eager.js";
import {
	defaultThreads,
	executionProviders,
	runtimeVersion,
} from "./session.js";

/** What can run the maths, in order of preference. */
const engineNames = ["tfjs-node-gpu", "tfjs-node", "onnxruntime"] as const;
/** The engines by name, in the order of preference. */
export type EngineName = (typeof engineNames)[number];

/** How ONNX Runtime computes; the TensorFlow engines take no options. */
export interface EngineOptions {
	/** Threads of ONNX Runtime; all cores by default. TensorFlow chooses its own. */
	readonly threads?: number;
	/** ONNX Runtime's execution providers for compiled functions, in order of preference. */
	readonly executionProviders?: readonly string[];
}

const checks: Checks<EngineOptions> = {
	threads: whole({ from: 1 }),
	executionProviders: list(text),
};

/** What runs the maths. */
export interface EngineDescription {
	readonly name: EngineName;
	readonly version: string;
	/** `cpu` or `gpu`, or ONNX Runtime's execution providers. */
	readonly device: string;
	/** Undefined where TensorFlow decides. */
	readonly threads?: number;
	/** Kernels that have run in JavaScript since the start, slow where tensors are big, and how often. */
	readonly fallbacks: Readonly<Record<string, number>>;
}

interface NodeBackend extends tf.KernelBackend {
	isUsingGpuDevice?: boolean;
}

let current: EngineName | undefined;

const require = createRequire(import.meta.url);

function isInstalled(packageName: string): boolean {
	try {
		require.resolve(packageName);
		return true;
	} catch {
		return false;
	}
}

// tfjs-node 4.22 calls these two functions, which Node 23 removed.
function restoreRemovedUtilities(): void {
	const util = require("node:util") as Record<string, unknown>;
	util.isNullOrUndefined ??= (value: unknown) =>
		value === null || value === undefined;
	util.isArray ??= Array.isArray;
}

async function startTensorFlow(
	name: "tfjs-node" | "tfjs-node-gpu",
): Promise<void> {
	restoreRemovedUtilities();
	require(`@tensorflow/${name}`);
	await tf.setBackend("tensorflow");
}

async function startOnnxRuntime({
	threads,
	executionProviders: wanted,
}: EngineOptions): Promise<void> {
	const listed = executionProviders();
	const unknown = (wanted ?? []).filter(
		(provider) => !listed.includes(provider),
	);
	if (unknown.length > 0) {
		throw new Error(
			`the installed ONNX Runtime has no execution provider ${unknown.join(", ")}; it has ${listed.join(", ")}${didYouMean(unknown[0], listed)}${
				unknown.includes("cuda")
					? '; CUDA is added by "ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node", which downloads it'
					: ""
			}`,
		);
	}
	const backend = registerOnnxRuntime();
	const count = threads ?? defaultThreads;
	if (backend.threads !== count) forgetSessions();
	backend.configure(count, wanted ?? ["cpu"]);
	await tf.setBackend(backendName);
}

function isEngineName(name: string): name is EngineName {
	return (engineNames as readonly string[]).includes(name);
}

/**
 * Chooses what runs the maths: TensorFlow where the user has installed it, else ONNX Runtime.
 *
 * A name, or the environment variable `ROBUST_TRANSFER_ENGINE`, overrides the order of preference.
 * Throws where the name is unknown or the engine named is not installed.
 */
export async function useEngine(
	name: string | undefined = process.env.ROBUST_TRANSFER_ENGINE || undefined,
	options: EngineOptions = {},
): Promise<EngineDescription> {
	checkOptions("useEngine", options, checks);
	if (name !== undefined && !isEngineName(name)) {
		throw new Error(
			`there is no engine ${shown(name)}; the engines are ${engineNames.join(", ")}${didYouMean(name, engineNames)}`,
		);
	}
	const chosen =
		name ??
		engineNames.find((candidate) => isInstalled(`@tensorflow/${candidate}`)) ??
		"onnxruntime";
	if (chosen === "onnxruntime") {
		await startOnnxRuntime(options);
	} else {
		if (!isInstalled(`@tensorflow/${chosen}`)) {
			throw new Error(
				`the engine ${chosen} is not installed: run "npm install @tensorflow/${chosen}@4.22.0", which downloads TensorFlow, or use the engine "onnxruntime"`,
			);
		}
		await startTensorFlow(chosen);
	}
	current = chosen;
	return engine();
}

/** Describes the engine in use; throws before `useEngine` has chosen one. */
export function engine(): EngineDescription {
	if (current === undefined)
		throw new Error("no engine is in use yet: await useEngine() first");
	if (current !== "onnxruntime") {
		const backend = tf.backend() as NodeBackend;
		const { version } = require(`@tensorflow/${current}/package.json`) as {
			version: string;
		};
		return {
			name: current,
			version,
			device: backend.isUsingGpuDevice ? "gpu" : "cpu",
			fallbacks: {},
		};
	}
	const {
		threads,
		executionProviders: device,
		fallbacks,
	} = tf.findBackend(backendName) as OnnxRuntimeBackend;
	return {
		name: current,
		version: runtimeVersion(),
		device: device.join(", "),
		threads,
		fallbacks: Object.fromEntries(fallbacks),
	};
}
