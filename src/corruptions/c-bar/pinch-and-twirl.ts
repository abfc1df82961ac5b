import { defineCorruption } from "../define-corruption.js";
import { type Pixels, readBetween } from "./bilinear.js";
import { atLevel, type Level } from "./levels.js";
import { paint } from "./paint.js";

/** From this side on, an image has five circles along its shorter side, as one of 224 pixels; below, three, as one of 32. */
const large = 128;

/** A circle within which pixels are drawn to the center and turned. */
interface Whirl {
	readonly top: number;
	readonly left: number;
	/** The side of the square around it, in pixels. */
	readonly size: number;
	readonly angle: number;
	readonly amount: number;
}

function whirl(
	image: Pixels & { readonly data: Float32Array },
	{ top, left, size, angle, amount }: Whirl,
): void {
	const radius = size / 2;
	const moved = new Float32Array(size * size * 3);
	const values = new Float64Array(3);
	for (let y = 0, i = 0; y < size; y++)
		for (let x = 0; x < size; x++, i += 3) {
			readBetween(values, image, source(y, x));
			moved.set(values, i);
		}
	function source(y: number, x: number): [row: number, column: number] {
		const dy = y - radius;
		const dx = x - radius;
		const distance = Math.sqrt(dy * dy + dx * dx);
		if (distance > radius || distance === 0) return [top + y, left + x];
		const d = distance / radius;
		const t = Math.sin(Math.PI * 0.5 * d) ** -amount;
		const turn = angle * (1 - d) ** 2;
		const [down, across] = [dy * t, dx * t];
		return [
			top + radius + (down * Math.cos(turn) - across * Math.sin(turn)),
			left + radius + (down * Math.sin(turn) + across * Math.cos(turn)),
		];
	}
	for (let y = 0; y < size; y++)
		image.data.set(
			moved.subarray(y * size * 3, (y + 1) * size * 3),
			((top + y) * image.width + left) * 3,
		);
}

/**
 * Pinches and twirls the image within circles that stand in rows and columns.
 *
 * Source: `pinch_and_twirl` of CIFAR-10-C-bar (Mintun et al. 2021).
 */
export const pinchAndTwirl = defineCorruption<Level>({
	name: "pinch-and-twirl",
	group: "c-bar",
	constants: [5.5, 6, 6.5, 8.5, 10],
	apply(image, level, { draws }) {
		const { height, width } = image;
		const side = Math.min(height, width);
		const along = side < large ? 3 : 5;
		const size = Math.floor(side / along);
		const rows = Math.floor((along * height) / side);
		const columns = Math.floor((along * width) / side);
		const turns = draws.integers(rows * columns, 0, 2);
		const amount = atLevel(level, 0.4) + 0.1;
		const floats = { ...image, data: Float32Array.from(image.data) };
		for (let i = 0; i < columns; i++)
			for (let j = 0; j < rows; j++) {
				const sign = turns[i * rows + j] === 0 ? 1 : -1;
				const angle = sign * atLevel(level, Math.PI / 2);
				const [top, left] = [j * size, i * size];
				whirl(floats, { top, left, size, angle, amount });
			}
		return paint(image, (_, i) => floats.data[i]!);
	},
	source: { module: import.meta.url, name: "pinchAndTwirl" },
});
