import { createImage, type Image } from "../src/image/image.js";

/** Numbers that test/fixtures/lcg.py computes alike: uniform in [0, 1), multiples of 2^-32. */
export class Lcg {
	#state: number;

	constructor(seed: number) {
		this.#state = seed;
	}

	uniform(): number {
		this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
		return this.#state / 4294967296;
	}

	/** Nearly normal: the sum of twelve uniform numbers, less six. */
	normal(): number {
		let sum = 0;
		for (let i = 0; i < 12; i++) sum += this.uniform();
		return sum - 6;
	}
}

/** The picture that test/fixtures/lcg.py computes alike: bands in three directions, one a channel. */
export function picture(height: number, width: number, gray = false): Image {
	const image = createImage(height, width);
	for (let y = 0, i = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const red = wave(5 * x + 3 * y);
			image.data[i++] = red;
			image.data[i++] = gray ? red : wave(7 * y + 2 * x + 40);
			image.data[i++] = gray ? red : wave(Math.floor((x * y) / 4) + 3 * x);
		}
	}
	return image;
}

function wave(t: number): number {
	const phase = t % 256;
	return Math.abs(phase - 128) * 2 - (phase === 0 ? 1 : 0);
}
