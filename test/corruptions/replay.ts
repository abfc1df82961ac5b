import { readFileSync } from "node:fs";
import type { Draws } from "../../src/corruptions/corruption.js";
import { createImage, type Image } from "../../src/image/image.js";

/** Draw number i is a hash of i, as `FormulaRandom` of `test/fixtures/corruptions/upstream.py`. */
export function formulaDraws(): Draws {
	let count = 0;
	const unit = () => hash32(count++) / 2 ** 32;
	return {
		uniforms: (n, low, high) =>
			Float64Array.from({ length: n }, () => low + (high - low) * unit()),
		integers: (n, low, high) =>
			Int32Array.from({ length: n }, () =>
				Math.floor(low + Math.floor((high - low) * unit())),
			),
		normals: () => assertUnused("normals"),
		poissons: () => assertUnused("poissons"),
	};
}

function assertUnused(name: string): never {
	throw new Error(`formulaDraws has no ${name}`);
}

function hash32(index: number): number {
	let x = Math.imul(index + 1, 0x9e3779b1);
	x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
	x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
	return (x ^ (x >>> 16)) >>> 0;
}

const patches = [
	[255, 255, 255],
	[0, 0, 0],
	[200, 60, 30],
	[90, 90, 90],
] as const;

/** Gradients, flat patches and texture, as `formula_image` of `test/fixtures/corruptions/upstream.py`. */
export function formulaImage(
	height: number,
	width: number,
	gray = false,
): Image {
	const image = createImage(height, width);
	for (let i = 0; i < image.data.length; i++) {
		const c = gray ? 0 : i % 3;
		const x = Math.floor(i / 3) % width;
		const y = Math.floor(i / 3 / width);
		const wave = (3 * x + 2 * y + 40 * c) % 464;
		const texture = hash32((y * 1000 + x) * 3 + c) % 24;
		const patch = (Math.floor(x / 7) + 2 * Math.floor(y / 6)) % 11;
		image.data[i] =
			patches[patch / 2]?.[c] ?? Math.min(wave, 463 - wave) + texture;
	}
	return image;
}

/** The center of an image, as a square. */
export function centerCrop(image: Image, side: number): Image {
	const top = Math.floor((image.height - side) / 2);
	const left = Math.floor((image.width - side) / 2);
	const crop = createImage(side, side);
	for (let y = 0; y < side; y++) {
		const from = ((top + y) * image.width + left) * 3;
		crop.data.set(image.data.subarray(from, from + side * 3), y * side * 3);
	}
	return crop;
}

/** An image of a file in CIFAR-10's binary layout. */
export function cifarImage(file: URL, index: number): Image {
	const record = readFileSync(file).subarray(index * 3073 + 1);
	const image = createImage(32, 32);
	for (let i = 0; i < image.data.length; i++) {
		image.data[i] = record[(i % 3) * 1024 + Math.floor(i / 3)]!;
	}
	return image;
}
