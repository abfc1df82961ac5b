import * as tf from "@tensorflow/tfjs";
import {
	compile,
	type EngineName,
	type EngineOptions,
	useEngine,
} from "../../src/index.js";

/** One way to run the maths that the tests compare with the pure JavaScript kernels. */
export interface TestedEngine {
	readonly label: string;
	readonly engine: EngineName;
	readonly options: EngineOptions;
	readonly compiled: boolean;
}

const always: readonly TestedEngine[] = [
	{ label: "eager", engine: "onnxruntime", options: {}, compiled: false },
	{ label: "compiled", engine: "onnxruntime", options: {}, compiled: true },
	{
		label: "compiled, one thread",
		engine: "onnxruntime",
		options: { threads: 1 },
		compiled: true,
	},
];

const whereThere: readonly TestedEngine[] = [
	{
		label: "webgpu",
		engine: "onnxruntime",
		options: { executionProviders: ["webgpu", "cpu"] },
		compiled: true,
	},
	{
		label: "cuda",
		engine: "onnxruntime",
		options: { executionProviders: ["cuda", "cpu"] },
		compiled: true,
	},
	{ label: "tfjs-node", engine: "tfjs-node", options: {}, compiled: false },
	{
		label: "tfjs-node-gpu",
		engine: "tfjs-node-gpu",
		options: {},
		compiled: false,
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
