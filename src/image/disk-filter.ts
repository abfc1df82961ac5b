import {
	type Disk,
	diskHalfWidths,
	diskKernel,
	softDiskWeight,
	softWeights,
} from "./disk-kernel.js";
import { edgeIndex } from "./edge.js";
import { createImage, type Image } from "./image.js";
import { addDifferences, addTapPairs, setTap } from "./rows.js";
import { scratchBytes, scratchFloats } from "./scratch.js";

// Three running sums share one double, which is exact up to rows of 2,000 pixels.
const widestStrip = 1024;
const field = 2 ** 17;

/**
 * Filters an image with a soft disk, edges mirrored, and cuts results down to integers.
 *
 * Equal to upstream's `cv2.filter2D` with `diskKernel`, but made of a plain disk, whose rows are differences of
 * running sums of bytes, then a small Gaussian, then the few weights by which upstream's kernel differs.
 */
export function diskFilter(image: Image, disk: Disk): Image {
	const plan = planDisk(disk);
	const result = createImage(image.height, image.width);
	for (let left = 0; left < image.width; left += widestStrip) {
		const width = Math.min(widestStrip, image.width - left);
		filterStrip(result, padMirrored(image, plan.margin, { left, width }), plan);
	}
	return result;
}

function filterStrip(result: Image, padded: Padded, plan: DiskPlan): void {
	const disks = sumDisks(padded, plan);
	const softened = new Float64Array(disks.stride);
	const row = new Float64Array(padded.width * 3);
	const reach = plan.soft.length - 1;
	for (let y = 0; y < result.height; y++) {
		soften(softened, disks.data, {
			center: (y + reach) * disks.stride,
			step: disks.stride,
			weights: plan.soft,
		});
		soften(row, softened, {
			center: reach * 3,
			step: 3,
			weights: plan.soft,
		});
		for (const extra of plan.extras) addExtra(row, padded, { y, ...extra });
		const start = (y * result.width + padded.left) * 3;
		for (let i = 0; i < row.length; i++) {
			result.data[start + i] = Math.min(row[i]!, 255);
		}
	}
}

/** A weight at `(±dy, ±dx)` that the plain disk and the Gaussian leave out. */
interface Extra {
	readonly dy: number;
	readonly dx: number;
	readonly weight: number;
}

interface DiskPlan {
	/** Of the plain disk, from its middle row outwards. */
	readonly halfWidths: number[];
	/** The Gaussian along one axis; used along both, it also divides by the pixels of the disk. */
	readonly soft: Float64Array;
	readonly extras: Extra[];
	/** How far the whole filter reaches, in pixels. */
	readonly margin: number;
}

function planDisk(disk: Disk): DiskPlan {
	const halfWidths = diskHalfWidths(disk.radius);
	const soft = softWeights(disk);
	const margin = halfWidths.length + soft.length - 2;
	const { weights, half } = diskKernel(disk);
	const size = 2 * half + 1;
	const extras: Extra[] = [];
	let rest = weights.reduce((total, weight) => total + weight, 0);
	for (let dy = 0; dy <= margin; dy++) {
		for (let dx = 0; dx <= margin; dx++) {
			const inside = dy <= half && dx <= half;
			const wanted = inside ? weights[(half + dy) * size + half + dx]! : 0;
			const weight = wanted - softDiskWeight(halfWidths, soft, { dy, dx });
			if (Math.abs(weight) < 1e-6) continue;
			// On an axis, two of the four places that share the weight coincide.
			const places = (dy === 0 ? 1 : 2) * (dx === 0 ? 1 : 2);
			extras.push({ dy, dx, weight: (weight * places) / 4 });
			rest -= weight * places;
		}
	}
	const pixels = halfWidths.reduce(
		(sum, w, dy) => sum + (dy === 0 ? 1 : 2) * (2 * w + 1),
		0,
	);
	const scale = Math.sqrt(rest / pixels);
	return { halfWidths, soft: soft.map((w) => w * scale), extras, margin };
}

/** A strip of an image with mirrored margins. */
interface Padded {
	readonly left: number;
	readonly width: number;
	readonly margin: number;
	readonly rows: number;
	/** Margins included. */
	readonly columns: number;
	readonly bytes: Uint8Array;
	/** `columns + 1` a row: before each pixel, the sums of the pixels to its left, blue · 2^34 + green · 2^17 + red. */
	readonly sums: Float64Array;
}

function padMirrored(
	image: Image,
	margin: number,
	{ left, width }: { left: number; width: number },
): Padded {
	const rows = image.height + 2 * margin;
	const columns = width + 2 * margin;
	const bytes = scratchBytes(rows * columns * 3);
	const sums = scratchFloats(rows * (columns + 1));
	const sources = Int32Array.from(
		{ length: columns },
		(_, x) => edgeIndex(left + x - margin, image.width, "mirror") * 3,
	);
	for (let y = 0, to = 0; y < rows; y++) {
		const start = edgeIndex(y - margin, image.height, "mirror") * image.width;
		let sum = 0;
		sums[y * (columns + 1)] = 0;
		for (let x = 0; x < columns; x++, to += 3) {
			const from = start * 3 + sources[x]!;
			const red = image.data[from]!;
			const green = image.data[from + 1]!;
			const blue = image.data[from + 2]!;
			bytes[to] = red;
			bytes[to + 1] = green;
			bytes[to + 2] = blue;
			sum += (blue * field + green) * field + red;
			sums[y * (columns + 1) + x + 1] = sum;
		}
	}
	return { left, width, margin, rows, columns, bytes, sums };
}

/** For every pixel of a strip, and a few around it, the sums of the bytes in the disk about it. */
function sumDisks(
	{ sums, rows, columns }: Padded,
	{ halfWidths }: DiskPlan,
): { data: Float64Array; stride: number } {
	const reach = halfWidths.length - 1;
	const widths = Array.from(
		{ length: 2 * reach + 1 },
		(_, i) => halfWidths[Math.abs(i - reach)]!,
	);
	const starts = widths.map((_, i) => i * (columns + 1) + reach);
	const lefts = Int32Array.from(starts, (start, i) => start - widths[i]!);
	const rights = Int32Array.from(starts, (start, i) => start + widths[i]! + 1);
	const row = new Float64Array(columns - 2 * reach);
	const stride = row.length * 3;
	const data = scratchFloats((rows - 2 * reach) * stride);
	for (let y = 0; y < rows - 2 * reach; y++) {
		row.fill(0);
		const here = sums.subarray(y * (columns + 1));
		addDifferences(row, here, { lefts, rights });
		unpack(data.subarray(y * stride, (y + 1) * stride), row);
	}
	return { data, stride };
}

function unpack(channels: Float64Array, packed: Float64Array): void {
	for (let x = 0, to = 0; x < packed.length; x++, to += 3) {
		const greenAndBlue = Math.floor(packed[x]! / field);
		const blue = Math.floor(greenAndBlue / field);
		channels[to] = packed[x]! - greenAndBlue * field;
		channels[to + 1] = greenAndBlue - blue * field;
		channels[to + 2] = blue;
	}
}

function soften(
	row: Float64Array,
	data: Float64Array,
	{
		center,
		step,
		weights,
	}: { center: number; step: number; weights: Float64Array },
): void {
	const distances = Int32Array.from(
		{ length: weights.length - 1 },
		(_, k) => (k + 1) * step,
	);
	setTap(row, data, { start: center, weight: weights[0]! });
	addTapPairs(row, data, {
		firsts: distances.map((distance) => center - distance),
		seconds: distances.map((distance) => center + distance),
		weights: weights.subarray(1),
	});
}

function addExtra(
	row: Float64Array,
	{ bytes, columns, margin }: Padded,
	{ y, dy, dx, weight }: Extra & { y: number },
): void {
	const above = ((y + margin - dy) * columns + margin - dx) * 3;
	const below = ((y + margin + dy) * columns + margin - dx) * 3;
	const across = 2 * dx * 3;
	for (let i = 0; i < row.length; i++) {
		row[i]! +=
			weight *
			(bytes[above + i]! +
				bytes[above + across + i]! +
				bytes[below + i]! +
				bytes[below + across + i]!);
	}
}
