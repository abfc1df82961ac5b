import { inverseFourier } from "../../image/fourier.js";
import type { Draws } from "../corruption.js";

/** How much of each frequency a noise has. */
export interface NoiseSpectrum {
	readonly height: number;
	readonly width: number;
	/** The amplitude at a distance, in waves an image, from the frequency that is none. */
	readonly amplitude: (distance: number) => number;
}

/**
 * Noise of random phases and a given spectrum, of standard deviation 1.
 *
 * Frequencies are waves along the shorter side, whatever the longer one is.
 * Source: the Fourier noises of ImageNet-C-bar, with `scipy.fftpack.ifft2` to a few units in the last place.
 */
export function fourierNoise(
	{ height, width, amplitude }: NoiseSpectrum,
	draws: Draws,
): Float64Array {
	const phases = drawPhases(height, width, draws);
	const real = new Float64Array(height * width);
	const imaginary = new Float64Array(height * width);
	const side = Math.min(height, width);
	const [middle, center] = [height / 2, width / 2];
	for (let y = 0, i = 0; y < height; y++) {
		const dy = ((y - middle) * side) / height;
		const to = ((y + (height >> 1)) % height) * width;
		for (let x = 0; x < width; x++, i++) {
			const dx = ((x - center) * side) / width;
			const power = amplitude(Math.sqrt(dx * dx + dy * dy));
			const at = to + ((x + (width >> 1)) % width);
			real[at] = power * Math.cos(phases[i]!);
			imaginary[at] = power * Math.sin(phases[i]!);
		}
	}
	return standardized(inverseFourier({ real, imaginary, height, width }));
}

/** Random phases that are the same on both sides of the center, point by point. */
function drawPhases(height: number, width: number, draws: Draws): Float64Array {
	const half = width >> 1;
	const phases = new Float64Array(height * width);
	const last = phases.length - 1;
	const drawn = draws.uniforms(height * half, 0, 2 * Math.PI);
	for (let y = 0, i = 0; y < height; y++)
		for (let x = 0; x < half; x++, i++) {
			phases[y * width + x] = drawn[i]!;
			phases[last - y * width - x] = drawn[i]!;
		}
	if (width % 2 === 1) {
		const column = draws.uniforms(height >> 1, 0, 2 * Math.PI);
		column.forEach((phase, y) => {
			phases[y * width + half] = phase;
			phases[last - y * width - half] = phase;
		});
	}
	return phases;
}

function standardized(noise: Float64Array): Float64Array {
	let sum = 0;
	for (let i = 0; i < noise.length; i++) sum += noise[i]!;
	const mean = sum / noise.length;
	let squares = 0;
	for (let i = 0; i < noise.length; i++) squares += (noise[i]! - mean) ** 2;
	const deviation = Math.sqrt(squares / noise.length);
	if (deviation === 0) return noise.fill(0);
	for (let i = 0; i < noise.length; i++) noise[i]! /= deviation;
	return noise;
}
