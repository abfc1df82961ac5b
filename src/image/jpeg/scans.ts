import type { RunningKernels } from "../simd-kernels.js";
import type { Frame, Scan, ScannedComponent } from "./frame.js";
import { must } from "./header.js";
import { emptyPlanes, type Planes, type Subsampling } from "./planes.js";
import { zigzag } from "./zigzag.js";

/** The memory of the kernels while a file is decoded. */
export interface Scans {
	readonly frame: Frame;
	readonly planes: Planes;
	/** Where in the file the coded bytes begin that are in the memory. */
	readonly from: number;
	/** The address of memory for those of a scan. */
	readonly clean: number;
	/** The addresses of the coefficients of a progressive picture. */
	readonly coefficients: readonly number[];
}

// A plan, a block, steps, tables of codes, coded bytes twice, coefficients.
const channelBytes = 32;
const scratchAt = 128;
const stepsAt = scratchAt + 384;
const tablesAt = stepsAt + 3 * 256;
const codesAt = 4240;
const tableBytes = 4608;
const codedAt = tablesAt + 6 * tableBytes;
const sentinelBytes = 32;
const beyond = 512;
/** Marks a part of the coefficients, so that it is not zero. */
const isPart = 128;

const multipleOf16 = (size: number): number => Math.ceil(size / 16) * 16;

/** Makes room for a picture whose coded bytes begin at a place in its file, and hands these over. */
export function startScans(
	frame: Frame,
	bytes: Uint8Array,
	from: number,
): Scans {
	const { height, width, isProgressive, components } = frame;
	const coded = bytes.subarray(from);
	// Each block has a bit at least: what says more is not worth its memory.
	must(Math.ceil(height / 8) * Math.ceil(width / 8) <= 8 * coded.length);
	const codedBytes = multipleOf16(coded.length + sentinelBytes);
	const clean = codedAt + codedBytes;
	const start = clean + codedBytes + beyond;
	const { across, down } = components[0]!;
	const most = 2 * multipleOf16(height) * multipleOf16(width);
	const others = start + most;
	const each = most / (across * down);
	const end = isProgressive ? others + (components.length - 1) * each : start;
	const planes = emptyPlanes(frame, {
		isGray: components.length === 1,
		subsampling: { across, down } as Subsampling,
		extra: end,
	});
	const { running, extra } = planes;
	running.bytes.set(coded, extra + codedAt);
	running.bytes.fill(0xff, extra + codedAt + coded.length, extra + clean);
	running.bytes.fill(0, extra + start, extra + end);
	for (const [i, { steps }] of components.entries()) {
		const places = Array.from(steps, (step, k) => step | (zigzag[k]! << 16));
		running.words.set(places, (extra + stepsAt + i * 256) / 4);
	}
	const coefficients = [start, others, others + each].map((at) => extra + at);
	return { frame, planes, from, clean, coefficients };
}

/** Writes a table of codes to an address, if there is one; the codes must make sense. */
function writeCodes(
	{ bytes, kernels }: RunningKernels,
	{
		at,
		codes,
		hasNumbers,
	}: { at: number; codes: Uint8Array | undefined; hasNumbers: boolean },
): void {
	if (!codes) return;
	bytes.fill(0, at, at + tableBytes);
	bytes.set(codes, at + codesAt);
	must(kernels.jpegFillTable(at, Number(hasNumbers)) !== 0);
}

/** What the kernel needs to know of a component, in words. */
function planOf(
	scans: Scans,
	{ index, mean, details }: ScannedComponent,
	{ isAlone, hasNumbers }: { isAlone: boolean; hasNumbers: boolean },
): number[] {
	const { frame, planes, coefficients } = scans;
	const { running, extra, channels } = planes;
	const { across, down } = frame.components[index]!;
	const { at, stride } = channels[index]!;
	const means = extra + tablesAt + 2 * index * tableBytes;
	must(!mean || mean.subarray(16).every((symbol) => symbol < 16));
	writeCodes(running, { at: means, codes: mean, hasNumbers });
	writeCodes(running, { at: means + tableBytes, codes: details, hasNumbers });
	return [
		...(isAlone ? [1, 1] : [across, down]),
		...(frame.isProgressive
			? [coefficients[index]!, stride / 8]
			: [at, stride]),
		extra + stepsAt + index * 256,
		...[means, means + tableBytes, 0],
	];
}

/**
 * Decodes a scan whose coded bytes begin at a place in the file, with restarts after so many units of blocks: returns the
 * place behind them. Throws an `UnusualJpeg` where they are damaged.
 */
export function decodeScan(
	scans: Scans,
	{ components, first, last, before, after }: Scan,
	{ start, interval }: { start: number; interval: number },
): number {
	const { frame, planes, from, clean } = scans;
	const { running, extra, channels } = planes;
	const isAlone = components.length === 1;
	const { rows, columns } = channels[components[0]!.index]!;
	const { across, down } = frame.components[0]!;
	const source = extra + codedAt - from;
	running.words.set(
		[
			components.length,
			Math.ceil(isAlone ? columns / 8 : frame.width / (8 * across)),
			Math.ceil(isAlone ? rows / 8 : frame.height / (8 * down)),
			interval,
			source + start,
			extra + clean,
			extra + scratchAt,
			frame.isProgressive
				? isPart | first | (last << 8) | (before << 16) | (after << 24)
				: 0,
		],
		extra / 4,
	);
	for (const [i, component] of components.entries())
		running.words.set(
			planOf(scans, component, { isAlone, hasNumbers: before === 0 }),
			(extra + (i + 1) * channelBytes) / 4,
		);
	const marker = running.kernels.jpegDecodeScan(extra) >>> 0;
	must(marker !== 0);
	return marker - source;
}

/** Makes samples of the coefficients of a progressive picture; throws an `UnusualJpeg` where they are too large. */
export function inversePlanes(scans: Scans): void {
	const { planes, coefficients } = scans;
	const { running, extra, channels } = planes;
	for (const [i, { at, stride, rows, columns }] of channels.entries())
		for (let y = 0; y < Math.ceil(rows / 8); y++) {
			const isUsual = running.kernels.jpegInverseBlocks(
				Math.ceil(columns / 8),
				coefficients[i]! + y * stride * 16,
				extra + stepsAt + i * 256,
				at + y * 8 * stride,
				stride,
				extra + scratchAt,
			);
			must(isUsual !== 0);
		}
}
