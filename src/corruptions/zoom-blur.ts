import { toUnit32 } from "../image/float.js";
import { createImage, type Image } from "../image/image.js";
import { scratchFloat32s } from "../image/scratch.js";
import { type ZoomSteps, zoomAxis, zoomSteps } from "../image/zoom.js";
import { defineCorruption } from "./define-corruption.js";

/** Magnifications from 1 up to but not including `end`, as `numpy.arange(1, end, step)`. */
interface ZoomBlurConstants {
	readonly end: number;
	readonly step: number;
}

const imagenet = [
	{ end: 1.11, step: 0.01 },
	{ end: 1.16, step: 0.01 },
	{ end: 1.21, step: 0.02 },
	{ end: 1.26, step: 0.02 },
	{ end: 1.31, step: 0.03 },
] as const;

/** The mean of the image and its magnifications, as from a camera moving towards the scene. */
export const zoomBlur = defineCorruption<ZoomBlurConstants>({
	name: "zoom-blur",
	constants: {
		"any-size": imagenet,
		"imagenet-c": imagenet,
		"cifar-10-c": [
			{ end: 1.06, step: 0.01 },
			{ end: 1.11, step: 0.01 },
			{ end: 1.16, step: 0.01 },
			{ end: 1.21, step: 0.01 },
			{ end: 1.26, step: 0.01 },
		],
	},
	apply(image, constants) {
		const { data: source } = toUnit32(image);
		const sum = scratchFloat32s(source.length).fill(0);
		const factors = zoomFactors(constants);
		const { height, width } = image;
		for (const factor of factors) {
			const vertical = steps(height, factor);
			const horizontal = width === height ? vertical : steps(width, factor);
			addZoomed(sum, source, { width, vertical, horizontal });
		}
		return mean(sum, source, { count: factors.length + 1, image });
	},
	source: { module: import.meta.url, name: "zoomBlur" },
});

function zoomFactors({ end, step }: ZoomBlurConstants): number[] {
	const count = Math.ceil((end - 1) / step);
	const delta = 1 + step - 1;
	return Array.from({ length: count }, (_, i) => 1 + i * delta);
}

/** Of a magnified picture, which is at most one pixel too large, upstream keeps the top left. */
function steps(size: number, factor: number): ZoomSteps {
	return zoomSteps(zoomAxis(size, factor), { first: 0, count: size });
}

interface Zoom {
	readonly width: number;
	readonly vertical: ZoomSteps;
	readonly horizontal: ZoomSteps;
}

/** Adds one magnification, rounded to 32 bits as scipy does; each source row is stretched once. */
function addZoomed(
	sum: Float32Array,
	source: Float32Array,
	{ width, vertical, horizontal }: Zoom,
): void {
	const length = width * 3;
	let upper = new Float64Array(length);
	let lower = new Float64Array(length);
	let upperIndex = -1;
	let lowerIndex = -1;
	for (let y = 0; y * length < sum.length; y++) {
		const before = vertical.before[y]!;
		const after = vertical.after[y]!;
		if (upperIndex !== before) {
			[upper, lower] = [lower, upper];
			[upperIndex, lowerIndex] = [lowerIndex, upperIndex];
		}
		if (upperIndex !== before) {
			stretchRow(upper, source, { start: before * length, horizontal });
			upperIndex = before;
		}
		if (lowerIndex !== after) {
			stretchRow(lower, source, { start: after * length, horizontal });
			lowerIndex = after;
		}
		addRows(sum, upper, lower, {
			start: y * length,
			near: vertical.near[y]!,
			far: vertical.far[y]!,
		});
	}
}

// Rows are named by where they start: of a small image, a view of each would take as long as what is done with it.
function stretchRow(
	row: Float64Array,
	source: Float32Array,
	{
		start,
		horizontal: { before, after, near, far },
	}: { readonly start: number; readonly horizontal: ZoomSteps },
): void {
	for (let x = 0, to = 0; to < row.length; x++, to += 3) {
		const a = start + before[x]! * 3;
		const b = start + after[x]! * 3;
		const wa = near[x]!;
		const wb = far[x]!;
		row[to] = wa * source[a]! + wb * source[b]!;
		row[to + 1] = wa * source[a + 1]! + wb * source[b + 1]!;
		row[to + 2] = wa * source[a + 2]! + wb * source[b + 2]!;
	}
}

function addRows(
	sum: Float32Array,
	upper: Float64Array,
	lower: Float64Array,
	{
		start,
		near,
		far,
	}: { readonly start: number; readonly near: number; readonly far: number },
): void {
	for (let i = 0, to = start; i < upper.length; i++, to++)
		sum[to]! += Math.fround(near * upper[i]! + far * lower[i]!);
}

function mean(
	sum: Float32Array,
	source: Float32Array,
	{ count, image }: { count: number; image: Image },
): Image {
	const { data, ...size } = createImage(image.height, image.width);
	const { fround } = Math;
	for (let i = 0; i < data.length; i++) {
		const value = fround(fround(source[i]! + sum[i]!) / count);
		data[i] = fround(Math.min(value, 1) * 255);
	}
	return { data, ...size };
}
