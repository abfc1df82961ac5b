import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { list, text, whole } from "../check/checks.js";
import { didYouMean } from "../check/did-you-mean.js";
import { shown } from "../check/shown.js";
import { threadCount } from "../thread-count.js";
import {
	backendName,
	type OnnxRuntimeBackend,
	registerOnnxRuntime,
} from "./backend.js";
import { forgetSessions } from "./eager.js";
import { forgetPrograms } from "./program.js";
import { executionProviders, runtimeVersion } from "./session.js";
import {
	isInstalled,
	startTensorFlow,
	tensorFlowDevice,
} from "./tensorflow.js";

/** What can run the maths, in order of preference. */
const engineNames = ["tfjs-node-gpu", "onnxruntime", "tfjs-node"] as const;
/** The engines by name, in the order of preference. */
export type EngineName = (typeof engineNames)[number];

/** How ONNX Runtime computes; the TensorFlow engines take no options. */
export interface EngineOptions {
	/**
	 * Threads of ONNX Runtime; by default as many as the environment variable `ROBUST_TRANSFER_THREADS` says, else all
	 * cores. TensorFlow chooses its own.
	 */
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
	/** Why an installed engine that would have been preferred is not used, a sentence each. */
	readonly passedOver?: readonly string[];
}

/** What was asked of `useEngine`; what is not there was left to it. */
export interface EngineChoice
	extends Pick<EngineOptions, "executionProviders"> {
	readonly name?: EngineName;
}

let current: EngineName | undefined;
let asked: EngineChoice = {};
let passedOver: readonly string[] = [];

const require = createRequire(import.meta.url);

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
	const count = threads ?? threadCount();
	if (backend.threads !== count) forgetSessions();
	const { configuration } = backend;
	backend.configure(count, wanted ?? ["cpu"]);
	if (backend.configuration !== configuration) forgetPrograms();
	await tf.setBackend(backendName);
}

function isEngineName(name: string): name is EngineName {
	return (engineNames as readonly string[]).includes(name);
}

function checkInstalled(name: EngineName): void {
	if (name === "onnxruntime" || isInstalled(`@tensorflow/${name}`)) return;
	throw new Error(
		`the engine ${name} is not installed: run "npm install --save-prod --save-exact @tensorflow/${name}@4.22.0", which downloads TensorFlow, or use the engine "onnxruntime"`,
	);
}

async function start(name: EngineName, options: EngineOptions): Promise<void> {
	if (name === "onnxruntime") return startOnnxRuntime(options);
	checkInstalled(name);
	await startTensorFlow(name);
	forgetPrograms();
}

/** Why an engine that nobody has named should not be used, or undefined where it is ready. */
async function reasonAgainst(name: EngineName): Promise<string | undefined> {
	try {
		if (name === "onnxruntime") executionProviders();
		else await startTensorFlow(name);
	} catch (error) {
		return (error as Error).message;
	}
	return name === "tfjs-node-gpu" && tensorFlowDevice() === "cpu"
		? "@tensorflow/tfjs-node-gpu is installed, but finds no graphics card that it can use: it needs CUDA 11.2 and cuDNN 8.1"
		: undefined;
}

/** The first engine in the order of preference that is there and works; notes why others do not. */
async function choose(): Promise<EngineName> {
	const reasons: string[] = [];
	passedOver = reasons;
	for (const name of engineNames) {
		if (name !== "onnxruntime" && !isInstalled(`@tensorflow/${name}`)) continue;
		const reason = await reasonAgainst(name);
		if (reason === undefined) return name;
		reasons.push(reason);
	}
	throw new Error(`there is no engine that works: ${reasons.join("; ")}`);
}

/**
 * Chooses what runs the maths: TensorFlow on a graphics card where there are both, else ONNX Runtime.
 *
 * A name, or the environment variable `ROBUST_TRANSFER_ENGINE`, overrides the order of preference. An engine
 * that is installed but does not work is passed over, and the description says why. Throws where the name is
 * unknown, or the engine named is not installed or does not work.
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
	passedOver = [];
	const chosen = name ?? (await choose());
	await start(chosen, options);
	current = chosen;
	const { executionProviders } = options;
	asked = {
		...(name !== undefined && { name }),
		...(executionProviders && { executionProviders }),
	};
	return engine();
}

/** The engine that was named, and its providers: what other processes are to use for the same work. */
export const engineChoice = (): EngineChoice => asked;

/** Describes the engine in use; throws before `useEngine` has chosen one. */
export function engine(): EngineDescription {
	if (current === undefined)
		throw new Error("no engine is in use yet: await useEngine() first");
	const noted = passedOver.length > 0 ? { passedOver } : {};
	if (current !== "onnxruntime") {
		const { version } = require(`@tensorflow/${current}/package.json`) as {
			version: string;
		};
		return {
			name: current,
			version,
			device: tensorFlowDevice(),
			fallbacks: {},
			...noted,
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
		...noted,
	};
}
