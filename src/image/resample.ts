import { createImage, type Image } from "./image.js";
import { type Band, bandsOf, type RowSpans } from "./resize-bands.js";
import {
	type PackedTaps,
	packTaps,
	type ResizeKernel,
	resizeTaps,
} from "./resize-taps.js";
import { type SimdKernels, simdKernels } from "./simd-kernels.js";

/** One after another, as many rows as there are. */
const everyRow = (count: number): RowSpans => ({
	firsts: Int32Array.from({ length: count }, (_, row) => row),
	ends: Int32Array.from({ length: count }, (_, row) => row + 1),
});

/** How an image is resized; an axis that keeps its size has no taps. */
interface Plan {
	readonly across?: PackedTaps;
	readonly down?: PackedTaps;
	readonly bands: readonly Band[];
}

function planOf(
	image: Image,
	{ height, width }: { readonly height: number; readonly width: number },
	kernel: ResizeKernel,
): Plan {
	const stride = width * 3;
	const across =
		width === image.width
			? undefined
			: packTaps(resizeTaps(image.width, width, kernel), 3);
	const taps =
		height === image.height
			? undefined
			: resizeTaps(image.height, height, kernel);
	const bands = bandsOf(taps ?? everyRow(height), {
		sourceBytes: (across ? image.width * 3 : 0) + stride,
		resultBytes: taps ? stride : 0,
	});
	return { across, down: taps && packTaps(taps, stride), bands };
}

/** Where things lie in the memory of the kernels: taps, rows of the source, resized across, and down. */
interface Places {
	readonly across: number;
	readonly down: number;
	readonly source: number;
	readonly middle: number;
	readonly result: number;
	readonly end: number;
}

function placesOf(
	{ across, down, bands }: Plan,
	sourceStride: number,
	stride: number,
): Places {
	const mostOf = (rows: (band: Band) => number): number =>
		bands.reduce((most, band) => Math.max(most, rows(band)), 0);
	const sourceRows = mostOf(({ first, end }) => end - first);
	const resultRows = mostOf(({ from, to }) => to - from);
	const downAt = across ? across.records.byteLength : 0;
	const source = downAt + (down ? down.records.byteLength : 0);
	const middle = across ? source + sourceRows * sourceStride : source;
	// Rows that count 0 are read behind the last.
	const rows = sourceRows + 2 * (down?.pairs ?? 0);
	const result = down ? middle + rows * stride : middle;
	const most = result + resultRows * stride;
	return { across: 0, down: downAt, source, middle, result, end: most };
}

/** Resizes the rows of a band, which lie in the memory. */
function resizeBand(
	kernels: SimdKernels,
	{ across, down }: Plan,
	{
		band: { from, to, first, end },
		places,
		image,
		width,
	}: { band: Band; places: Places; image: Image; width: number },
): void {
	const stride = width * 3;
	if (across)
		kernels.resizeAcross(
			end - first,
			places.source,
			image.width * 3,
			places.across,
			across.pairs,
			width,
			places.middle,
		);
	if (down)
		kernels.resizeDown(
			to - from,
			places.middle - first * stride,
			stride,
			places.down + from * 4 * (1 + 2 * down.pairs),
			down.pairs,
			places.result,
		);
}

/**
 * Resizes an image by a filter of Pillow, byte for byte: first across, then down.
 *
 * Throws a `RangeError` unless both sides are positive integers.
 */
export function resample(
	image: Image,
	size: { readonly height: number; readonly width: number },
	kernel: ResizeKernel,
): Image {
	const { height, width } = size;
	const resized = createImage(height, width);
	const sourceStride = image.width * 3;
	const stride = width * 3;
	const plan = planOf(image, size, kernel);
	const places = placesOf(plan, sourceStride, stride);
	const { kernels, bytes, words } = simdKernels(places.end);
	const { across, down, bands } = plan;
	if (across) words.set(across.records, places.across / 4);
	if (down) words.set(down.records, places.down / 4);
	for (const band of bands) {
		const { from, to, first, end } = band;
		bytes.set(
			image.data.subarray(first * sourceStride, end * sourceStride),
			places.source,
		);
		resizeBand(kernels, plan, { band, places, image, width });
		const found = places.result + (to - from) * stride;
		resized.data.set(bytes.subarray(places.result, found), from * stride);
	}
	return resized;
}
