import type { Image } from "./image.js";

/** Hue in steps of two degrees, 0 to 179; saturation and value, 0 to 255; interleaved. */
export interface Hsv180Image {
	readonly data: Uint8Array;
	readonly height: number;
	readonly width: number;
}

const shift = 12;
const half = 1 << (shift - 1);

const saturationScale = Int32Array.from({ length: 256 }, (_, value) =>
	value === 0 ? 0 : Math.round((255 << shift) / value),
);
const hueScale = Int32Array.from({ length: 256 }, (_, delta) =>
	delta === 0 ? 0 : Math.round((180 << shift) / (6 * delta)),
);

/** Byte for byte `cv2.cvtColor` with `COLOR_RGB2HSV` on an 8-bit image. */
export function toHsv180({ data, height, width }: Image): Hsv180Image {
	const hsv = new Uint8Array(data.length);
	for (let i = 0; i < data.length; i += 3) {
		const red = data[i]!;
		const green = data[i + 1]!;
		const blue = data[i + 2]!;
		const value = Math.max(red, green, blue);
		const delta = value - Math.min(red, green, blue);
		let hue: number;
		if (value === red) hue = green - blue;
		else if (value === green) hue = blue - red + 2 * delta;
		else hue = red - green + 4 * delta;
		hue = (hue * hueScale[delta]! + half) >> shift;
		hsv[i] = hue < 0 ? hue + 180 : hue;
		hsv[i + 1] = (delta * saturationScale[value]! + half) >> shift;
		hsv[i + 2] = value;
	}
	return { data: hsv, height, width };
}

const { fround } = Math;
const unit = Float32Array.from({ length: 256 }, (_, value) =>
	fround(value * fround(1 / 255)),
);

/** The check of each hue: which sixth of the circle it lies in, and how far into it. */
const turns = Float32Array.from({ length: 256 }, (_, hue) =>
	fround(hue * fround(6 / 180)),
);
const sixths = Uint8Array.from(turns, (turn) => Math.floor(turn) % 6);
const parts = turns.map((turn) => turn - Math.floor(turn));

/** Where red, green and blue come from in each sixth: 0 value, 1 bottom, 2 falling, 3 rising. */
const sources = Uint8Array.of(
	0,
	3,
	1,
	2,
	0,
	1,
	1,
	0,
	3,
	1,
	2,
	0,
	3,
	1,
	0,
	0,
	1,
	2,
);

/**
 * Byte for byte `cv2.cvtColor` with `COLOR_HSV2RGB` on an 8-bit image; hues beyond 179 begin anew.
 *
 * As OpenCV 4 computes it where the processor multiplies and adds in one step: single precision, cut down.
 * It rounds the last few pixels of rows whose length is no multiple of 32, up to one level more; not here.
 */
export function fromHsv180({ data: hsv, height, width }: Hsv180Image): Image {
	const data = new Uint8Array(hsv.length);
	const levels = new Uint8Array(4);
	for (let i = 0; i < hsv.length; i += 3) {
		const hue = hsv[i]!;
		const saturation = unit[hsv[i + 1]!]!;
		const value = unit[hsv[i + 2]!]!;
		const part = parts[hue]!;
		levels[0] = fround(value * 255);
		levels[1] = fround(fround(value * fround(1 - saturation)) * 255);
		levels[2] = fround(fround(value * fround(1 - saturation * part)) * 255);
		const rest = fround(1 - part);
		levels[3] = fround(fround(value * fround(1 - saturation * rest)) * 255);
		const from = sixths[hue]! * 3;
		data[i] = levels[sources[from]!]!;
		data[i + 1] = levels[sources[from + 1]!]!;
		data[i + 2] = levels[sources[from + 2]!]!;
	}
	return { data, height, width };
}
