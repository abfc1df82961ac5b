import { readFileSync } from "node:fs";

/** The functions of `simd/`, which say what their arguments are; addresses count bytes. */
export interface SimdKernels {
	readonly memory: WebAssembly.Memory;
	drawUniforms(...args: readonly number[]): void;
	drawNormals(...args: readonly number[]): void;
	tabulatePoisson(...args: readonly number[]): number;
	guidePoissons(...args: readonly number[]): void;
	drawIntegers(...args: readonly number[]): void;
	drawPoissons(...args: readonly number[]): void;
	addNoise(...args: readonly number[]): void;
	addSpeckles(...args: readonly number[]): void;
	lookUpCounts(...args: readonly number[]): void;
	addImpulses(...args: readonly number[]): void;
	adjustHsv(...args: readonly number[]): void;
	sumChannels(...args: readonly number[]): void;
	mapChannels(...args: readonly number[]): void;
	highestLevel(...args: readonly number[]): number;
	fillPoints(...args: readonly number[]): void;
	fillFinest(...args: readonly number[]): void;
	widenRange(...args: readonly number[]): void;
	layFog(...args: readonly number[]): void;
	magnifyFlakes(...args: readonly number[]): void;
	roundFlakes(...args: readonly number[]): void;
	addSnow(...args: readonly number[]): void;
	cubicAcross(...args: readonly number[]): void;
	cubicDown(...args: readonly number[]): void;
	addWeighed(...args: readonly number[]): void;
	framePlane(...args: readonly number[]): void;
	countLevels(...args: readonly number[]): void;
	mapLevels(...args: readonly number[]): void;
	sobel(...args: readonly number[]): void;
	markRidges(...args: readonly number[]): number;
	spreadMarks(...args: readonly number[]): void;
	edgesOf(...args: readonly number[]): void;
	shortenDown(...args: readonly number[]): void;
	shortenRight(...args: readonly number[]): void;
	shortenLeft(...args: readonly number[]): void;
	toPixels(...args: readonly number[]): void;
	cutMeans(...args: readonly number[]): void;
	roundedMeans(...args: readonly number[]): void;
	litPlane(...args: readonly number[]): void;
	dropLevels(...args: readonly number[]): void;
	highestProduct(...args: readonly number[]): number;
	addWater(...args: readonly number[]): void;
	addMud(...args: readonly number[]): void;
	resizeAcross(...args: readonly number[]): void;
	resizeDown(...args: readonly number[]): void;
	pickPixels(...args: readonly number[]): void;
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
	bytesToUnits(...args: readonly number[]): void;
	addMagnified(...args: readonly number[]): void;
	meansToBytes(...args: readonly number[]): void;
	bytesToDoubles(...args: readonly number[]): void;
	doublesToBytes(...args: readonly number[]): void;
	roundToParts(...args: readonly number[]): void;
	doublesToSingles(...args: readonly number[]): void;
	addPairs(...args: readonly number[]): void;
	addRows(...args: readonly number[]): void;
	shufflePixels(...args: readonly number[]): void;
	findSources(...args: readonly number[]): void;
	mixSources(...args: readonly number[]): void;
	unitsToBytes(...args: readonly number[]): void;
	sumPixels(...args: readonly number[]): void;
	addDifferences(...args: readonly number[]): void;
	addFours(...args: readonly number[]): void;
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

function start(): SimdKernels {
	const file = new URL("./simd/kernels.wasm", import.meta.url);
	module ??= new WebAssembly.Module(readFileSync(file));
	const { exp, log } = Math;
	const { exports } = new WebAssembly.Instance(module, { draws: { exp, log } });
	return exports as unknown as SimdKernels;
}

function startedOnce(): (byteLength: number) => RunningKernels {
	let kept: RunningKernels | undefined;
	return (byteLength) => {
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
	};
}

/**
 * The kernels with at least so many bytes of memory, whatever these hold; whoever calls uses them at once.
 *
 * They are started at the first call, once in each thread. Throws a `RangeError` where there is no such memory.
 */
export const simdKernels = startedOnce();

/** The same kernels with a memory of their own, in which draws are drawn while others use the first. */
export const drawKernels = startedOnce();
