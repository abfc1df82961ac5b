import { readFileSync } from "node:fs";

/** The functions of `simd/`, which say what their arguments are; addresses count bytes. */
export interface SimdKernels {
	readonly memory: WebAssembly.Memory;
	resizeAcross(...args: readonly number[]): void;
	resizeDown(...args: readonly number[]): void;
	blendAcross(...args: readonly number[]): void;
	blendDown(...args: readonly number[]): void;
	jpegSplitRow(...args: readonly number[]): void;
	jpegHalveRows(...args: readonly number[]): void;
	jpegStretchRow(...args: readonly number[]): void;
	jpegLeanRow(...args: readonly number[]): void;
	jpegJoinRow(...args: readonly number[]): void;
	jpegRoundBlocks(...args: readonly number[]): void;
	jpegQuantizeBlocks(...args: readonly number[]): void;
	jpegFillTable(table: number, hasNumbers: number): number;
	jpegDecodeScan(plan: number): number;
	jpegInverseBlocks(...args: readonly number[]): number;
}

/** The kernels, and the arrays that lie in their memory. */
export interface RunningKernels {
	readonly kernels: SimdKernels;
	readonly bytes: Uint8Array;
	readonly shorts: Int16Array;
	readonly words: Int32Array;
	readonly singles: Float32Array;
	readonly doubles: Float64Array;
}

const pageBytes = 2 ** 16;
const most = 2 ** 26;
/** How far the kernels read and write beyond what they are given. */
const beyond = 32;

let module: WebAssembly.Module | undefined;
let kept: RunningKernels | undefined;

function start(): SimdKernels {
	const file = new URL("./simd/kernels.wasm", import.meta.url);
	module ??= new WebAssembly.Module(readFileSync(file));
	const { exports } = new WebAssembly.Instance(module);
	return exports as unknown as SimdKernels;
}

/**
 * The kernels with at least so many bytes of memory, whatever these hold; whoever calls uses them at once.
 *
 * They are started at the first call, once in each thread. Throws a `RangeError` where there is no such memory.
 */
export function simdKernels(byteLength: number): RunningKernels {
	const have = kept?.bytes.length ?? 0;
	const missing = byteLength + beyond - have;
	if (kept && missing <= 0) return kept;
	const kernels = kept?.kernels ?? start();
	kernels.memory.grow(Math.ceil(missing / pageBytes));
	const { buffer } = kernels.memory;
	const running = {
		kernels,
		bytes: new Uint8Array(buffer),
		shorts: new Int16Array(buffer),
		words: new Int32Array(buffer),
		singles: new Float32Array(buffer),
		doubles: new Float64Array(buffer),
	};
	// What a huge image needs is not kept.
	kept = buffer.byteLength <= most ? running : undefined;
	return running;
}
