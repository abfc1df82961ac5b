import { readFileSync } from "node:fs";

/** The functions of `simd/`, which say what their arguments are; addresses count bytes. */
export interface SimdKernels {
	readonly memory: WebAssembly.Memory;
	resizeAcross(...args: readonly number[]): void;
	resizeDown(...args: readonly number[]): void;
	blendAcross(...args: readonly number[]): void;
	blendDown(...args: readonly number[]): void;
	samplingGrid(...args: readonly number[]): void;
	deformPixels(...args: readonly number[]): void;
	addSines(...args: readonly number[]): void;
	interpolateCurves(...args: readonly number[]): void;
	changeColors(...args: readonly number[]): void;
	takeLevels(...args: readonly number[]): void;
	filterPixels(...args: readonly number[]): void;
	valuesOfLevels(...args: readonly number[]): void;
	levelsOfValues(...args: readonly number[]): number;
	takeShare(...args: readonly number[]): void;
	addShare(...args: readonly number[]): void;
	divideBy(...args: readonly number[]): void;
	multiply(...args: readonly number[]): void;
	fillNormals(...args: readonly number[]): void;
}

/** The kernels, and the arrays that lie in their memory. */
export interface RunningKernels {
	readonly kernels: SimdKernels;
	readonly bytes: Uint8Array;
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
		words: new Int32Array(buffer),
		singles: new Float32Array(buffer),
		doubles: new Float64Array(buffer),
	};
	// What a huge image needs is not kept.
	kept = buffer.byteLength <= most ? running : undefined;
	return running;
}
