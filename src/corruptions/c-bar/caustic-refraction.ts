import { toUnit32 } from "../../image/float.js";
import { gaussianFilter } from "../../image/gaussian.js";
import { createImage, type FloatImage } from "../../image/image.js";
import { roundHalfEven } from "../../image/round-half-even.js";
import { defineCorruption } from "../define-corruption.js";
import { readBetween } from "./bilinear.js";
import { atLevel, type Level } from "./levels.js";
import { drawUniform } from "./single-draws.js";

/** How many times slower light is in the water. */
const eta = 4;
/** The standard deviation, in pixels, of the blur of the light. */
const softening = 1;

/** How bright the light is at a point of the plane, in units of its pattern, from 0 to 1. */
function caustic(row: number, column: number, time: number): number {
	const place = (at: number) => (at - Math.floor(at)) * 6.28318530718 - 250;
	const [y, x] = [place(row), place(column)];
	let [a, b] = [y, x];
	let sum = 1;
	for (let n = 1; n <= 5; n++) {
		const t = time * (1 - 3.5 / n);
		[a, b] = [
			y + (Math.cos(t - a) + Math.sin(t + b)),
			x + (Math.sin(t - b) + Math.cos(t + a)),
		];
		const down = y / (Math.sin(a + t) / 0.005);
		const across = x / (Math.cos(b + t) / 0.005);
		sum += 1 / Math.sqrt(down * down + across * across);
	}
	return Math.max(0, Math.min(1, Math.abs(1.17 - (sum / 5) ** 1.4) ** 8));
}

interface Caustics {
	readonly height: number;
	readonly width: number;
	readonly time: number;
	/** How long the pattern is, in pixels. */
	readonly size: number;
}

/** The brightness of the caustics, a little blurred. */
function causticsOf({ height, width, time, size }: Caustics): FloatImage {
	const data = new Float64Array(height * width);
	for (let y = 0, i = 0; y < height; y++)
		for (let x = 0; x < width; x++, i++)
			data[i] = caustic(y / size, x / size, time);
	return gaussianFilter({ data, height, width, channels: 1 }, softening, {
		mode: "reflect",
	});
}

/** The first two parts of the direction, of length 1, of a ray that fell straight down on a surface of these slopes. */
function bend(first: number, second: number): readonly [number, number] {
	const norm = Math.sqrt(first * first + second * second + 1);
	const [a, b, c] = [first / norm, second / norm, 1 / norm];
	if (c >= 1 - 1e-3) return [0, 0];
	const out = Math.asin(Math.sin(Math.acos(c)) / eta);
	// The axis about which the ray turns, and the direction across it and the normal.
	const length = Math.sqrt(b * b + a * a);
	const [u, v] = [-b / length, a / length];
	const [along, beside] = [-c * v, c * u];
	const [cosine, sine] = [Math.cos(out), Math.sin(out)];
	return [a * cosine + along * sine, b * cosine + beside * sine];
}

const thousandths = (value: number): number =>
	roundHalfEven(value * 1000) / 1000;

/**
 * Shows the image through moving water, which bends what is seen and lights it.
 *
 * Source: `caustic_refraction` of ImageNet-C-bar (Mintun et al. 2021), whose rows and columns change places here as
 * there.
 */
export const causticRefraction = defineCorruption<Level>({
	name: "caustic-refraction",
	group: "c-bar",
	constants: [2.35, 3.2, 4.9, 6.6, 9.15],
	apply(image, level, { draws }) {
		const { height, width } = image;
		const side = Math.min(height, width);
		const time = drawUniform(draws, 0.5, 2);
		const size = drawUniform(draws, 0.75, 1.25) * side;
		const lens = atLevel(level, 0.5 * side);
		const lighting = atLevel(level, 2);
		const light = causticsOf({ height, width, time, size });
		const lightAt = (y: number, x: number) => {
			if (y < 0 || y >= height || x < 0 || x >= width) return 0;
			const value = light.data[y * width + x]!;
			return value * 0.2126 + value * 0.7152 + value * 0.0722;
		};
		const unit = toUnit32(image);
		const values = new Float64Array(3);
		const data = new Uint8Array(unit.data.length);
		for (let y = 0, i = 0; y < height; y++)
			for (let x = 0; x < width; x++) {
				const across = lightAt(y, x - 1) - lightAt(y, x + 1);
				const down = lightAt(y + 1, x) - lightAt(y - 1, x);
				const [dy, dx] = bend(down, -across);
				const point = [
					y + thousandths(dy * lens),
					x + thousandths(dx * lens),
				] as const;
				const isWide = readBetween(values, unit, point);
				for (let c = 0; c < 3; c++, i++) {
					let value = values[c]!;
					for (const slope of [across, down])
						value = isWide
							? value + slope * lighting
							: Math.fround(value + Math.fround(slope * lighting));
					data[i] = Math.max(0, Math.min(1, value)) * 255;
				}
			}
		return createImage(height, width, data);
	},
	source: { module: import.meta.url, name: "causticRefraction" },
});
