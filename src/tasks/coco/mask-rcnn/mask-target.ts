import type { Size } from "../../task.js";
import type { Rle } from "../rle/rle.js";
import { newTaps } from "./axis-taps.js";
import type { RegionSettings } from "./region-settings.js";
import { regionAxes, type Sides } from "./region-taps.js";

/** Bins on each side of a mask that the network draws. */
export const maskBins = 28;

type Axes = ReturnType<typeof newAxes>;
const newAxes = () => ({ rows: newTaps(), columns: newTaps() });

/** For each bin row, at each pixel row, the sum of the weights of those above: `[28, height + 1]`. */
function cumulate({ rows }: Axes, height: number): Float64Array {
	const stride = height + 1;
	const sums = new Float64Array(maskBins * stride);
	for (let bin = 0; bin < maskBins; bin++) {
		const start = bin * stride;
		for (let i = rows.from[bin]; i < rows.from[bin + 1]; i++)
			sums[start + rows.pixel[i] + 1] = rows.weight[i];
		for (let y = 1; y < stride; y++) sums[start + y] += sums[start + y - 1];
	}
	return sums;
}

/** How much of each bin row is inside the mask, in each column of pixels from `first` to `last`. */
function columnShares(
	{ counts, height }: Rle,
	[first, last]: readonly [number, number],
	{ sums, stride }: { readonly sums: Float64Array; readonly stride: number },
): Float64Array {
	const shares = new Float64Array((last - first + 1) * maskBins);
	const limit = (last + 1) * height;
	let done = 0;
	for (let i = 0; i + 1 < counts.length && done < limit; i += 2) {
		const outside = done + counts[i];
		done = outside + counts[i + 1];
		let start = Math.max(outside, first * height);
		const stop = Math.min(done, limit);
		while (start < stop) {
			const x = Math.floor(start / height);
			const end = Math.min(stop, (x + 1) * height);
			const top = start - x * height;
			const bottom = end - x * height;
			for (let bin = 0; bin < maskBins; bin++) {
				shares[(x - first) * maskBins + bin] +=
					sums[bin * stride + bottom] - sums[bin * stride + top];
			}
			start = end;
		}
	}
	return shares;
}

/**
 * The mask of an object as seen from a region: 28 by 28 numbers from 0 to 1, row by row.
 *
 * `padded` is the size to which the image is padded. The run lengths are averaged as they are: over the
 * rows of each column by sums of weights, then over the columns. Sources: `BitmapMasks.crop_and_resize` of
 * mmdetection, which calls RoIAlign and asks whether at least half is inside; `project_masks_on_boxes` of
 * torchvision, which does not.
 */
export function maskTarget(
	mask: Rle,
	box: Sides,
	{
		padded,
		settings,
	}: { readonly padded: Size; readonly settings: RegionSettings },
): Float32Array {
	const { align, paddedMasks, binaryMasks } = settings;
	const { height, width } = paddedMasks ? padded : mask;
	const axes = newAxes();
	const rule = { ...align, samples: 0, bins: maskBins };
	regionAxes(box, { stride: 1, height, width }, rule, axes);
	const { from, pixel, weight } = axes.columns;
	const target = new Float32Array(maskBins * maskBins);
	if (from[maskBins] === 0) return target;
	const first = pixel[0];
	const last = Math.min(pixel[from[maskBins] - 1], mask.width - 1);
	if (last < first) return target;
	const sums = cumulate(axes, height);
	const shares = columnShares(mask, [first, last], {
		sums,
		stride: height + 1,
	});
	for (let row = 0; row < maskBins; row++) {
		for (let column = 0; column < maskBins; column++) {
			let inside = 0;
			for (let i = from[column]; i < from[column + 1]; i++) {
				if (pixel[i] <= last)
					inside += weight[i] * shares[(pixel[i] - first) * maskBins + row];
			}
			target[row * maskBins + column] = binaryMasks
				? Number(inside >= 0.5)
				: inside;
		}
	}
	return target;
}
