import type { RunningKernels } from "../image/simd-kernels.js";
import {
	levelValues,
	type PixelChange,
	type PixelSize,
	room,
} from "./pixels.js";
import type { SineTable } from "./sine-curves.js";

const channels = 3;
/** Of each channel at a point: the value of a sum of sines, and its first three derivatives. */
const pointBytes = channels * 4 * 8;
/** Of each channel between two points: the polynomial that has these at both, of eight terms. */
const partBytes = channels * 8 * 4;

/** The levels of 8-bit images, as pixels that are gray. */
const everyLevel = Float32Array.from(
	{ length: channels * levelValues.length },
	(_, i) => levelValues[Math.floor(i / channels)]!,
);

/** Where things lie in the memory. */
interface Places {
	/** Of even frequencies and of odd ones. */
	readonly sines: readonly number[];
	readonly weights: readonly number[];
	readonly sums: number;
	readonly curves: number;
	readonly levels: number;
	readonly ofLevels: number;
	readonly end: number;
}

/** One behind another, from 0. */
function placesOf({ parts, halves }: SineTable): Places {
	let end = 0;
	const take = (byteLength: number): number => {
		const at = end;
		end += room(byteLength);
		return at;
	};
	const sines = halves.map(({ values }) => take(values.byteLength));
	const weights = halves.map(({ places }) =>
		take(places.length * channels * 8),
	);
	const sums = take(pointBytes * (parts + 1));
	const curves = take(partBytes * (parts + 1));
	const levels = take(everyLevel.byteLength);
	return {
		sines,
		weights,
		sums,
		curves,
		levels,
		ofLevels: take(everyLevel.byteLength),
		end,
	};
}

/** Makes the curves of three channels, each `sum over k of c_k sin(pi k x)`, from coefficients `[channels, frequencies]`. */
function makeCurves(
	{ kernels, doubles, bytes }: RunningKernels,
	{ parts, halves }: SineTable,
	{
		at,
		places,
		coefficients,
	}: {
		readonly at: number;
		readonly places: Places;
		readonly coefficients: Float32Array;
	},
): void {
	const frequencies = coefficients.length / channels;
	const sums = at + places.sums;
	bytes.fill(0, sums, sums + pointBytes * (parts + 1));
	halves.forEach((half, parity) => {
		const weights = at + places.weights[parity]!;
		let to = weights / 8;
		for (const place of half.places)
			for (let channel = 0; channel < channels; channel++)
				doubles[to++] = coefficients[channel * frequencies + place]!;
		kernels.addSines(
			at + places.sines[parity]!,
			half.places.length,
			weights,
			parts,
			half.sign,
			sums,
		);
	});
	kernels.interpolateCurves(sums, channels * parts, at + places.curves);
}

/**
 * `clip(x + sum over k of c_k sin(pi k x), 0, 1)`, for each image and channel with its own coefficients.
 *
 * Images are of any range, coefficients `[count, 3, frequencies]`, and the table is that of `sineTable` for these
 * frequencies. No term is off by more than 1.5e-7 of its coefficient, but for the rounding of 32 bits.
 */
export function changePixelColors(
	coefficients: Float32Array,
	table: SineTable,
	{ height, width }: PixelSize,
): PixelChange {
	const places = placesOf(table);
	const length = channels * table.frequencies;
	const { parts, halves } = table;
	const pixels = height * width;
	return {
		byteLength: places.end,
		begin(running, at) {
			const { kernels, doubles, singles } = running;
			halves.forEach(({ values }, parity) => {
				doubles.set(values, (at + places.sines[parity]!) / 8);
			});
			const [curves, before, after] = [
				at + places.curves,
				at + places.levels,
				at + places.ofLevels,
			];
			singles.set(everyLevel, before / 4);
			return (from, to, index, levels) => {
				const own = coefficients.subarray(index * length, (index + 1) * length);
				makeCurves(running, table, { at, places, coefficients: own });
				if (levels === undefined) {
					kernels.changeColors(from, pixels, curves, parts, to);
					return;
				}
				kernels.changeColors(before, levelValues.length, curves, parts, after);
				kernels.takeLevels(levels, pixels, after, to);
			};
		},
	};
}
