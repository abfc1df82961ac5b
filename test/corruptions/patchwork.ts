import { createImage, type Image } from "../../src/image/image.js";

const patches = [
	[255, 255, 255],
	[0, 0, 0],
	[200, 60, 30],
	[90, 90, 90],
] as const;

/** The picture of test/fixtures/corruptions/patchwork.py: gradients, flat patches and texture. */
export function patchwork(height: number, width: number, gray = false): Image {
	const image = createImage(height, width);
	for (let i = 0; i < image.data.length; i++) {
		const c = gray ? 0 : i % 3;
		const x = Math.floor(i / 3) % width;
		const y = Math.floor(i / 3 / width);
		const texture = (7 * x * x + 13 * x * y + 5 * y * y + 11 * c) % 23;
		const wave = (3 * x + 2 * y + 40 * c) % 464;
		const patch = (Math.floor(x / 7) + 2 * Math.floor(y / 6)) % 11;
		image.data[i] =
			patches[patch / 2]?.[c] ?? Math.min(wave, 463 - wave) + texture;
	}
	return image;
}
