import { scratchFloats, scratchInts } from "../image/scratch.js";
import { drawKernels, type RunningKernels } from "../image/simd-kernels.js";
import type { Random } from "../random.js";
import type { Draws } from "./corruption.js";
import { drawPoissons } from "./poisson.js";
import { drawBytes, mostDrawn, stateBytes, ziggurat } from "./ziggurat.js";

/** Draws that are written where the kernels find them; addresses count bytes. */
export interface DrawsIn {
	/** As those of `Draws`, from `at` on. */
	uniforms(at: number, count: number, low: number, high: number): void;
	/** As those of `Draws`, from `at` on. */
	normals(at: number, count: number, mean: number, deviation: number): void;
	/** As those of `Draws`, of 32 bits, from `at` on; `high - low` is at most 2^21. */
	integers(at: number, count: number, low: number, high: number): void;
}

const generators = new WeakMap<Draws, Random>();

/** The draws of one corrupted image, taken one after another from `random`, and written to arrays of `scratch.ts`. */
export function randomDraws(random: Random): Draws {
	const draws: Draws = {
		uniforms(count, low, high) {
			const values = scratchFloats(count);
			const scale = (high - low) / 0x100000000;
			for (let i = 0; i < count; i++) values[i] = low + scale * random.uint32();
			return values;
		},
		normals(count, mean, deviation) {
			const values = scratchFloats(count);
			const running = drawKernels(drawBytes + 8 * mostDrawn);
			const drawn = running.doubles.subarray(drawBytes / 8);
			const into = generatedIn(running, random);
			for (let from = 0; from < count; from += mostDrawn) {
				const length = Math.min(mostDrawn, count - from);
				into.normals(drawBytes, length, mean, deviation);
				values.set(drawn.subarray(0, length), from);
			}
			return values;
		},
		integers(count, low, high) {
			const values = scratchInts(count);
			for (let i = 0; i < count; i++) values[i] = random.integer(low, high);
			return values;
		},
		poissons: (levels, rates) => drawPoissons(levels, rates, random),
	};
	generators.set(draws, random);
	return draws;
}

/** Draws for the kernels; the first `drawBytes` bytes of their memory are taken. */
export function drawsIn(running: RunningKernels, draws: Draws): DrawsIn {
	const random = generators.get(draws);
	if (random) return generatedIn(running, random);
	const { doubles, words } = running;
	return {
		uniforms: (at, count, low, high) =>
			doubles.set(draws.uniforms(count, low, high), at / 8),
		normals: (at, count, mean, deviation) =>
			doubles.set(draws.normals(count, mean, deviation), at / 8),
		integers: (at, count, low, high) =>
			words.set(draws.integers(count, low, high), at / 4),
	};
}

function generatedIn(running: RunningKernels, random: Random): DrawsIn {
	const { kernels, bytes, words } = running;
	bytes.set(ziggurat, stateBytes);
	return {
		uniforms(at, count, low, high) {
			random.save(words, 0);
			kernels.drawUniforms(0, low, (high - low) / 0x100000000, count, at);
			random.restore(words, 0);
		},
		normals(at, count, mean, deviation) {
			random.save(words, 0);
			kernels.drawNormals(0, stateBytes, mean, deviation, count, at);
			random.restore(words, 0);
		},
		integers(at, count, low, high) {
			random.save(words, 0);
			kernels.drawIntegers(0, low, high - low, count, at);
			random.restore(words, 0);
		},
	};
}
