import type { LabelMap } from "../../image/label-map.js";
import { interpolationAt } from "../../nn/axis-matrix.js";
import type { Size } from "../task.js";

/** The logits of one image, row by row, those of one place next to each other. */
export interface Logits extends Size {
	readonly values: Float32Array;
	readonly classes: number;
}

/** What logits are resized to, one after the other. */
export interface ResizePath {
	/** Of the image and the padding below it and to its right; what is beyond `seen` is cut off. */
	readonly padded: Size;
	readonly seen: Size;
	readonly given: Size;
}

/** Each pixel of a side as a mean, with weights, of neighboring places of the logits. */
interface Taps {
	readonly start: Int32Array;
	readonly count: Int32Array;
	/** `most` for each pixel. */
	readonly weights: Float64Array;
	readonly most: number;
}

type Tap = readonly [at: number, weight: number];

/** The two places that a pixel of a resized side is interpolated from. */
function between(from: number, to: number, index: number): Tap[] {
	const { low, share } = interpolationAt(index, from, to);
	return [
		[low, 1 - share],
		[low + 1, share],
	];
}

/** Both resizes of a side, in one. */
function tapsOf(
	from: number,
	padded: number,
	{ seen, given }: { seen: number; given: number },
): Taps {
	const pixels = Array.from({ length: given }, (_, i) => {
		const sums = new Map<number, number>();
		for (const [at, outer] of between(seen, given, i))
			for (const [place, inner] of between(from, padded, at))
				if (outer * inner > 0)
					sums.set(place, (sums.get(place) ?? 0) + outer * inner);
		return sums;
	});
	const start = Int32Array.from(pixels, (sums) => Math.min(...sums.keys()));
	const count = Int32Array.from(
		pixels,
		(sums, i) => Math.max(...sums.keys()) - start[i]! + 1,
	);
	const most = Math.max(...count);
	const weights = new Float64Array(given * most);
	pixels.forEach((sums, i) => {
		for (const [place, weight] of sums)
			weights[i * most + place - start[i]!] = weight;
	});
	return { start, count, weights, most };
}

/** The class with the largest logit at each place. */
function bestClasses({ values, classes, height, width }: Logits): Uint8Array {
	const best = new Uint8Array(height * width);
	for (let place = 0, at = 0; place < best.length; place++, at += classes) {
		let largest = values[at]!;
		for (let c = 1; c < classes; c++) {
			const value = values[at + c]!;
			if (value > largest) {
				largest = value;
				best[place] = c;
			}
		}
	}
	return best;
}

/** Neighboring places of the logits. */
interface Block {
	readonly top: number;
	readonly left: number;
	readonly rows: number;
	readonly columns: number;
}

/** The classes that may win between some places: those not always below another one. */
function candidates(
	{ values, classes, width }: Logits,
	{ top, left, rows, columns }: Block,
): Uint8Array {
	const least = new Float32Array(classes).fill(Number.POSITIVE_INFINITY);
	const most = new Float32Array(classes).fill(Number.NEGATIVE_INFINITY);
	for (let row = top; row < top + rows; row++) {
		for (let column = left; column < left + columns; column++) {
			const at = (row * width + column) * classes;
			for (let c = 0; c < classes; c++) {
				const value = values[at + c]!;
				if (value < least[c]!) least[c] = value;
				if (value > most[c]!) most[c] = value;
			}
		}
	}
	const bar = least.reduce((a, b) => Math.max(a, b));
	return Uint8Array.from(least.keys()).filter((c) => most[c]! >= bar);
}

/** The best of some classes at a pixel. */
function winner(
	{ values, classes, width }: Logits,
	{ top, left, rows, columns }: Block,
	{
		among,
		down,
		across,
	}: { among: Uint8Array; down: Float64Array; across: Float64Array },
): number {
	let best = among[0] ?? 0;
	let largest = Number.NEGATIVE_INFINITY;
	for (const c of among) {
		let sum = 0;
		for (let row = 0; row < rows; row++) {
			let at = ((top + row) * width + left) * classes + c;
			let part = 0;
			for (let column = 0; column < columns; column++, at += classes)
				part += values[at]! * across[column]!;
			sum += part * down[row]!;
		}
		if (sum > largest) {
			largest = sum;
			best = c;
		}
	}
	return best;
}

const disputed = -1;

/** For each column of the logits the class that is best in all rows of a pixel, or that there is none. */
function agreed(
	best: Uint8Array,
	width: number,
	{ top, rows }: { top: number; rows: number },
): Int16Array {
	return Int16Array.from({ length: width }, (_, column) => {
		const first = best[top * width + column]!;
		for (let row = top + 1; row < top + rows; row++)
			if (best[row * width + column] !== first) return disputed;
		return first;
	});
}

/** What the pixels of some rows of the result have in common. */
interface Band {
	readonly top: number;
	readonly rows: number;
	readonly classOf: Int16Array;
	/** The classes that may win in a block, by where it begins and how many columns it has. */
	readonly choices: Map<number, Uint8Array>;
}

function fillRow(
	result: Uint8Array,
	logits: Logits,
	{ band, down, across }: { band: Band; down: Float64Array; across: Taps },
): void {
	const { top, rows, classOf, choices } = band;
	const { start, count, weights, most } = across;
	for (let x = 0; x < result.length; x++) {
		const left = start[x]!;
		const columns = count[x]!;
		let common = classOf[left]!;
		for (let column = left + 1; column < left + columns; column++)
			if (classOf[column] !== common) common = disputed;
		if (common !== disputed) {
			result[x] = common;
			continue;
		}
		const block = { top, left, rows, columns };
		const key = left * (most + 1) + columns;
		const among = choices.get(key) ?? candidates(logits, block);
		choices.set(key, among);
		result[x] = winner(logits, block, {
			among,
			down,
			across: weights.subarray(x * most),
		});
	}
}

/**
 * The class of each pixel: the largest of the logits, resized linearly to the padded size, cut to what was
 * seen of the image, and resized to the size it was given in, as mmsegmentation's whole-image inference does.
 *
 * The resized logits are never made. Where a class is best at all places that a pixel is interpolated from,
 * it is best at the pixel; elsewhere only the classes that may win there are interpolated.
 */
export function interpolatedArgmax(
	logits: Logits,
	{ padded, seen, given }: ResizePath,
): LabelMap {
	const down = tapsOf(logits.height, padded.height, {
		seen: seen.height,
		given: given.height,
	});
	const across = tapsOf(logits.width, padded.width, {
		seen: seen.width,
		given: given.width,
	});
	const best = bestClasses(logits);
	const { height, width } = given;
	const data = new Uint8Array(height * width);
	let band: Band | undefined;
	for (let y = 0; y < height; y++) {
		const top = down.start[y]!;
		const rows = down.count[y]!;
		if (band?.top !== top || band.rows !== rows) {
			const classOf = agreed(best, logits.width, { top, rows });
			band = { top, rows, classOf, choices: new Map() };
		}
		fillRow(data.subarray(y * width, (y + 1) * width), logits, {
			band,
			down: down.weights.subarray(y * down.most),
			across,
		});
	}
	return { data, height, width };
}
