import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { Tensor } from "onnxruntime-common";
import {
	type DType,
	encodeModel,
	type OnnxGraph,
	type Values,
} from "./onnx.js";

/** A typed array with the shape it is fed or fetched in. */
export interface Feed {
	readonly data: Values;
	readonly dims: readonly number[];
	readonly type: DType;
	readonly location: "cpu";
}

export interface SessionOptions {
	readonly threads: number;
	readonly executionProviders: readonly string[];
	/** Whether the session keeps its own memory between runs; off where the caller feeds every buffer. */
	readonly arena: boolean;
}

export interface Session {
	/** Runs the graph; every output is written into the array given for it. */
	run(feeds: Record<string, Feed>, outputs: Record<string, Feed>): void;
	/** Frees what the session holds; it cannot run any more. */
	dispose(): void;
}

interface NativeSession {
	loadModel(
		buffer: ArrayBufferLike,
		offset: number,
		length: number,
		options: object,
	): void;
	run(feeds: object, fetches: object, options: object): unknown;
	dispose(): void;
}

interface Binding {
	InferenceSession: new () => NativeSession;
	listSupportedBackends(): { name: string; bundled: boolean }[];
	initOrtOnce(logLevel: number, tensor: unknown, isMainThread: boolean): void;
}

// After a run the binding copies every output into a new array, although it has already written it
// into ours. Our graphs put an empty output first, and this constructor, which the binding calls
// right after the first copy, then throws: the other copies, and their page faults, never happen.
const written = Symbol("outputs are written");
let discardCopies = false;
function OutputTensor(
	type: "float32",
	data: Float32Array,
	dims: readonly number[],
): Tensor {
	if (discardCopies) throw written;
	return new Tensor(type, data, dims);
}

// What fails is thrown, and not printed besides.
const fatalOnly = 4;
let loaded: Binding | undefined;

function binding(): Binding {
	if (!loaded) {
		const require = createRequire(import.meta.url);
		const runtime: {
			binding: Binding;
		} = require("onnxruntime-node/dist/binding.js");
		runtime.binding.initOrtOnce(fatalOnly, OutputTensor, isMainThread);
		loaded = runtime.binding;
	}
	return loaded;
}

/** The execution providers that the installed ONNX Runtime has, such as `cpu` and `webgpu`. */
export function executionProviders(): string[] {
	const { resolve } = createRequire(import.meta.url);
	const { platform, arch } = process;
	const folder = join(
		dirname(resolve("onnxruntime-node/package.json")),
		`bin/napi-v6/${platform}/${arch}`,
	);
	// Those that do not come in the package are libraries beside the binding, once downloaded.
	const [prefix, suffix] = platform === "win32" ? ["", ".dll"] : ["lib", ".so"];
	const isThere = (name: string): boolean =>
		existsSync(join(folder, `${prefix}onnxruntime_providers_${name}${suffix}`));
	return binding()
		.listSupportedBackends()
		.filter(({ name, bundled }) => bundled || isThere(name))
		.map(({ name }) => name);
}

/** The version of the installed ONNX Runtime. */
export function runtimeVersion(): string {
	return createRequire(import.meta.url)("onnxruntime-node/package.json")
		.version;
}

/** One thread per core that this process may use. */
export const defaultThreads = availableParallelism();

const emptyOutput = "written";
const nothing: Feed = {
	data: new Uint8Array(0),
	dims: [0],
	type: "bool",
	location: "cpu",
};

/** What ONNX Runtime throws where it cannot build or run a graph. */
export class Refusal extends Error {
	/** The name of the node that failed, where ONNX Runtime says it. */
	readonly node: string | undefined;

	constructor(cause: unknown) {
		const text = cause instanceof Error ? cause.message : String(cause);
		// Without the place in the source of ONNX Runtime and the condition that did not hold there.
		const said = text.replace(/^.* (?:was false\.|Status Message:) /s, "");
		const plain = said.trim() || text.replace(/^.*Status Message: /s, "");
		super(plain.replaceAll(/\/onnxruntime_src\S+ /g, "").trim(), { cause });
		this.node = /Name:'([^']+)'/.exec(text)?.[1];
	}
}

function load(
	native: NativeSession,
	model: Uint8Array<ArrayBuffer>,
	options: SessionOptions,
): void {
	const settings = {
		executionProviders: options.executionProviders,
		intraOpNumThreads: options.threads,
		graphOptimizationLevel: "all",
		enableCpuMemArena: options.arena,
		// A pattern would lay every buffer out beside the others; without, they are reused while warm.
		enableMemPattern: false,
		logSeverityLevel: fatalOnly,
		// The threads of a session that has run would keep those of the next, and workers, waiting.
		extra: { session: { intra_op: { allow_spinning: "0" } } },
	};
	try {
		native.loadModel(model.buffer, 0, model.length, settings);
	} catch (error) {
		throw new Refusal(error);
	} finally {
		// ONNX Runtime has its own copy, and the collector would take its time.
		model.buffer.resize(0);
	}
}

/**
 * Builds a session from a graph, whose nodes run in the order given where it makes no difference; throws a
 * `Refusal` where ONNX Runtime refuses the graph.
 */
export function createSession(
	graph: OnnxGraph,
	options: SessionOptions,
): Session {
	const model = encodeModel({
		...graph,
		// ONNX Runtime goes through the nodes from the last to the first.
		nodes: graph.nodes.toReversed(),
		initializers: [
			...graph.initializers,
			{ name: emptyOutput, dtype: "bool", shape: [0], data: nothing.data },
		],
		outputs: [
			{ name: emptyOutput, dtype: "bool", shape: [0] },
			...graph.outputs,
		],
	});
	const native = new (binding().InferenceSession)();
	load(native, model, options);
	return {
		run(feeds, outputs) {
			discardCopies = true;
			try {
				native.run(feeds, { [emptyOutput]: nothing, ...outputs }, {});
			} catch (thrown) {
				if (thrown !== written) throw new Refusal(thrown);
			} finally {
				discardCopies = false;
			}
		},
		dispose: () => native.dispose(),
	};
}
