import {
	type Disk,
	diskHalfWidths,
	diskKernel,
	softDiskWeight,
	softWeights,
} from "./disk-kernel.js";
import { edgeIndex } from "./edge.js";
import { createImage, type Image } from "./image.js";
import { type RunningKernels, simdKernels } from "./simd-kernels.js";

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

const plans = new WeakMap<Disk, DiskPlan>();

/** As `planDisk`, once for each disk. */
function planOf(disk: Disk): DiskPlan {
	const plan = plans.get(disk) ?? planDisk(disk);
	plans.set(disk, plan);
	return plan;
}

/** Kernels write up to 7 numbers of 64 bits too many. */
const roomOf = (numbers: number): number => 8 * (numbers + 7);

/** As many rows of one kind as are needed at once, in the memory of the kernels; a new one replaces the oldest. */
interface Ring {
	readonly at: number;
	readonly stride: number;
	readonly slots: number;
}

const placeIn = ({ at, stride, slots }: Ring, row: number): number =>
	at + (row % slots) * stride;

const endOf = ({ at, stride, slots }: Ring): number => at + slots * stride;

/** Where things lie in the memory; rows of bytes and of their sums have mirrored margins. */
function placesOf(
	width: number,
	{ halfWidths, soft, extras, margin }: DiskPlan,
) {
	const columns = width + 2 * margin;
	const reach = halfWidths.length - 1;
	const softReach = soft.length - 1;
	const disks = {
		// Before it are the taps: of the disk, of the Gaussian down and across, and of extras.
		at: 8 * (2 * reach + 1) + 32 * softReach + 24 * extras.length,
		stride: roomOf(3 * (width + 2 * softReach)),
		slots: 2 * softReach + 1,
	};
	const softened = endOf(disks);
	const row = softened + disks.stride;
	const sums = {
		at: row + roomOf(3 * width),
		stride: 4 * (3 * (columns + 1) + 8),
		slots: 2 * reach + 1,
	};
	const padded = {
		at: endOf(sums),
		stride: 3 * columns + 8,
		slots: 2 * margin + 1,
	};
	const done = endOf(padded);
	const end = done + 3 * width;
	return { columns, disks, softened, row, sums, padded, done, end };
}

/** One image on its way through the memory. */
interface Filtering {
	readonly running: RunningKernels;
	readonly plan: DiskPlan;
	readonly places: ReturnType<typeof placesOf>;
	readonly image: Image;
}

/** Takes a row, counted from the margin above the image, with its margins, and sums up its bytes. */
function takeRow(
	{ running, plan, places, image }: Filtering,
	row: number,
): void {
	const { kernels, bytes } = running;
	const { margin } = plan;
	const { columns, padded, sums } = places;
	const { data, height, width } = image;
	const place = placeIn(padded, row);
	const first = place + 3 * margin;
	const from = edgeIndex(row - margin, height, "mirror") * width * 3;
	bytes.set(data.subarray(from, from + 3 * width), first);
	for (let x = -margin; x < 0; x++) {
		const left = first + 3 * edgeIndex(x, width, "mirror");
		const right = first + 3 * edgeIndex(width - 1 - x, width, "mirror");
		for (let c = 0; c < 3; c++) {
			bytes[first + 3 * x + c] = bytes[left + c]!;
			bytes[first + 3 * (width - 1 - x) + c] = bytes[right + c]!;
		}
	}
	kernels.sumPixels(columns, place, placeIn(sums, row));
}

/** Of every pixel of a row, and a few beside it, the sum of the disk about it: differences of sums of rows. */
function sumDisks(
	{ running, plan, places, image }: Filtering,
	row: number,
): void {
	const { words, kernels } = running;
	const { halfWidths, soft } = plan;
	const reach = halfWidths.length - 1;
	for (let i = 0; i <= 2 * reach; i++) {
		const halfWidth = halfWidths[Math.abs(i - reach)]!;
		const start = placeIn(places.sums, row + i) + 12 * reach;
		words[2 * i] = start - 12 * halfWidth;
		words[2 * i + 1] = start + 12 * (halfWidth + 1);
	}
	kernels.addDifferences(
		3 * (image.width + 2 * soft.length - 2),
		0,
		2 * reach + 1,
		placeIn(places.disks, row),
	);
}

/** The rows and numbers that a symmetric kernel adds to those in the middle, by pairs, the nearest first. */
function setPairs(
	{ words, doubles }: RunningKernels,
	{ at, soft }: { at: number; soft: Float64Array },
	place: (offset: number) => number,
): void {
	for (let k = 1; k < soft.length; k++) {
		const tap = at + 16 * (k - 1);
		words[tap / 4] = place(-k);
		words[tap / 4 + 1] = place(k);
		doubles[tap / 8 + 1] = soft[k]!;
	}
}

/** The four rows of bytes that each extra weight counts for. */
function setExtras(
	{ running: { words, doubles }, plan, places }: Filtering,
	{ at, y }: { at: number; y: number },
): void {
	const { extras, margin } = plan;
	extras.forEach(({ dy, dx, weight }, k) => {
		const tap = at + 24 * k;
		const above = placeIn(places.padded, y + margin - dy) + 3 * margin;
		const below = placeIn(places.padded, y + margin + dy) + 3 * margin;
		words[tap / 4] = above - 3 * dx;
		words[tap / 4 + 1] = above + 3 * dx;
		words[tap / 4 + 2] = below - 3 * dx;
		words[tap / 4 + 3] = below + 3 * dx;
		doubles[tap / 8 + 2] = weight;
	});
}

/** Softens the disks of a row, down and then across, adds what else there is, and gives the bytes away. */
function finishRow(filtering: Filtering, y: number, result: Image): void {
	const { running, plan, places } = filtering;
	const { kernels, bytes } = running;
	const { soft, extras } = plan;
	const { disks, softened, row, done } = places;
	const reach = soft.length - 1;
	const length = 3 * result.width;
	const down = 8 * (2 * plan.halfWidths.length - 1);
	const across = down + 16 * reach;
	const others = across + 16 * reach;
	const center = placeIn(disks, y + reach);
	const middle = softened + 24 * reach;
	setPairs(running, { at: down, soft }, (offset) =>
		placeIn(disks, y + reach + offset),
	);
	setPairs(running, { at: across, soft }, (offset) => middle + 24 * offset);
	kernels.addPairs(length + 6 * reach, center, soft[0]!, down, reach, softened);
	kernels.addPairs(length, middle, soft[0]!, across, reach, row);
	if (extras.length > 0) {
		setExtras(filtering, { at: others, y });
		kernels.addFours(length, others, extras.length, row);
	}
	kernels.doublesToBytes(length, row, 1, done);
	result.data.set(bytes.subarray(done, done + length), y * length);
}

/**
 * Filters an image with a soft disk, edges mirrored, and cuts results down to integers.
 *
 * Equal to upstream's `cv2.filter2D` with `diskKernel`, but made of a plain disk, whose rows are differences of
 * running sums of bytes, then a small Gaussian, then the few weights by which upstream's kernel differs.
 */
export function diskFilter(image: Image, disk: Disk): Image {
	const plan = planOf(disk);
	const { height, width } = image;
	const result = createImage(height, width);
	const places = placesOf(width, plan);
	const running = simdKernels(places.end);
	const filtering = { running, plan, places, image };
	const reach = plan.halfWidths.length - 1;
	const { margin } = plan;
	for (let row = 0; row < height + 2 * margin; row++) {
		takeRow(filtering, row);
		if (row >= 2 * reach) sumDisks(filtering, row - 2 * reach);
		if (row >= 2 * margin) finishRow(filtering, row - 2 * margin, result);
	}
	return result;
}
