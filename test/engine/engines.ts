import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/index.js";
import {
	compile,
	type EngineName,
	type EngineOptions,
} from "../../src/parts.js";

/** One way to run the maths that the tests compare with the pure JavaScript kernels. */
export interface TestedEngine {
	readonly label: string;
	readonly engine: EngineName;
	readonly options: EngineOptions;
	readonly compiled: boolean;
	/** How close to the JavaScript kernels the results must come. */
	readonly rtol: number;
}

const rtol = 1e-4;

const always: readonly TestedEngine[] = [
	{ label: "eager", engine: "onnxruntime", options: {}, compiled: false, rtol },
	{
		label: "compiled",
		engine: "onnxruntime",
		options: {},
		compiled: true,
		rtol,
	},
	{
		label: "compiled, one thread",
		engine: "onnxruntime",
		options: { threads: 1 },
		compiled: true,
		rtol,
	},
];

const whereThere: readonly TestedEngine[] = [
	{
		label: "webgpu",
		engine: "onnxruntime",
		options: { executionProviders: ["webgpu", "cpu"] },
		compiled: true,
		// The shading language promises sine and cosine to 2^-11 only.
		rtol: 1e-3,
	},
	{
		label: "cuda",
		engine: "onnxruntime",
		options: { executionProviders: ["cuda", "cpu"] },
		compiled: true,
		rtol,
	},
	{
		label: "tfjs-node",
		engine: "tfjs-node",
		options: {},
		compiled: false,
		rtol,
	},
	{
		label: "tfjs-node-gpu",
		engine: "tfjs-node-gpu",
		options: {},
		compiled: false,
		rtol,
	},
];

async function works({ engine, options }: TestedEngine): Promise<boolean> {
	try {
		await useEngine(engine, options);
		const double = compile((x: tf.Tensor) => tf.add(x, x));
		return double(tf.scalar(2)).dataSync()[0] === 4;
	} catch {
		return false;
	}
}

/** ONNX Runtime on the processor, and every other engine and device that this machine has. */
export async function availableEngines(): Promise<TestedEngine[]> {
	const there: TestedEngine[] = [...always];
	for (const tested of whereThere) if (await works(tested)) there.push(tested);
	return there;
}
