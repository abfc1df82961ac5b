import {
	type Disk,
	diskHalfWidths,
	diskKernel,
	softDiskWeight,
	softWeights,
} from "./disk-kernel.js";
import { edgeIndex } from "./edge.js";
import { createImage, type Image } from "./image.js";
import { addRowPair, setRow } from "./rows.js";

/**
 * Filters an image with a soft disk, edges mirrored, and cuts results down to integers.
 *
 * Equal to upstream's `cv2.filter2D` with `diskKernel`, but made of a plain disk, whose rows are differences of
 * running sums of bytes, then a small Gaussian, then the few weights by which upstream's kernel differs.
 */
export function diskFilter(image: Image, disk: Disk): Image {
	const plan = planDisk(disk);
	const padded = padMirrored(image, plan.margin);
	const disks = sumDisks(padded, plan);
	const result = createImage(image.height, image.width);
	const length = image.width * 3;
	const softened = new Float64Array(disks.stride);
	const row = new Float64Array(length);
	const reach = plan.soft.length - 1;
	for (let y = 0; y < image.height; y++) {
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
		const bytes = result.data.subarray(y * length, (y + 1) * length);
		for (let i = 0; i < length; i++) bytes[i] = Math.min(row[i]!, 255);
	}
	return result;
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

interface Padded {
	readonly bytes: Uint8Array;
	/** Bytes in a row. */
	readonly stride: number;
	/** Before each byte, and after the last, the sum of those of its channel to the left. */
	readonly sums: Int32Array;
	readonly sumStride: number;
	readonly rows: number;
	readonly margin: number;
}

function padMirrored({ data, height, width }: Image, margin: number): Padded {
	const rows = height + 2 * margin;
	const stride = (width + 2 * margin) * 3;
	const sumStride = stride + 3;
	const bytes = new Uint8Array(rows * stride);
	const sums = new Int32Array(rows * sumStride);
	const columns = Array.from(
		{ length: width + 2 * margin },
		(_, x) => edgeIndex(x - margin, width, "mirror") * 3,
	);
	for (let y = 0, to = 0; y < rows; y++) {
		const from = edgeIndex(y - margin, height, "mirror") * width * 3;
		for (const column of columns) {
			const sum = to + y * 3;
			for (let c = 0; c < 3; c++, to++) {
				const byte = data[from + column + c]!;
				bytes[to] = byte;
				sums[sum + c + 3] = sums[sum + c]! + byte;
			}
		}
	}
	return { bytes, stride, sums, sumStride, rows, margin };
}

/** For every pixel, and a few around the image, the sum of the bytes in the disk about it. */
function sumDisks(
	{ sums, sumStride, stride, rows }: Padded,
	{ halfWidths }: DiskPlan,
): { data: Float64Array; stride: number } {
	const reach = halfWidths.length - 1;
	const diskStride = stride - 2 * reach * 3;
	const data = new Float64Array((rows - 2 * reach) * diskStride);
	for (let y = reach; y < rows - reach; y++) {
		const start = (y - reach) * diskStride;
		const row = data.subarray(start, start + diskStride);
		for (let dy = -reach; dy <= reach; dy++) {
			const halfWidth = halfWidths[Math.abs(dy)]!;
			const middle = (y + dy) * sumStride + reach * 3;
			addDifference(row, sums, {
				left: middle - halfWidth * 3,
				right: middle + (halfWidth + 1) * 3,
			});
		}
	}
	return { data, stride: diskStride };
}

function addDifference(
	row: Float64Array,
	sums: Int32Array,
	{ left, right }: { left: number; right: number },
): void {
	for (let i = 0; i < row.length; i++) {
		row[i]! += sums[right + i]! - sums[left + i]!;
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
	setRow(row, data, { from: center, weight: weights[0]! });
	for (let k = 1; k < weights.length; k++) {
		const first = center - k * step;
		const second = center + k * step;
		addRowPair(row, data, { first, second, weight: weights[k]! });
	}
}

function addExtra(
	row: Float64Array,
	{ bytes, stride, margin }: Padded,
	{ y, dy, dx, weight }: Extra & { y: number },
): void {
	const above = (y + margin - dy) * stride + (margin - dx) * 3;
	const below = (y + margin + dy) * stride + (margin - dx) * 3;
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
