import type { Image } from "../image.js";
import type { RunningKernels } from "../simd-kernels.js";
import { type CodedChannel, type Header, readHeader } from "./header.js";
import {
	emptyPlanes,
	joinPlanes,
	type Planes,
	type Subsampling,
} from "./planes.js";
import { zigzag } from "./zigzag.js";

// Memory, as the kernel wants it: a plan, a block, steps and tables of codes for each channel, coded bytes twice.
const channelBytes = 32;
const scratchAt = 128;
const stepsAt = scratchAt + 384;
const stepsBytes = 256;
const tablesAt = stepsAt + 3 * stepsBytes;
const codesAt = 4240;
const tableBytes = 4608;
const codedAt = tablesAt + 6 * tableBytes;
const sentinelBytes = 32;
const beyond = 512;

/** Completes a table of codes at an address; whether they make sense. */
function writeCodes(
	{ bytes, kernels }: RunningKernels,
	at: number,
	codes: Uint8Array,
): boolean {
	bytes.fill(0, at, at + tableBytes);
	bytes.set(codes, at + codesAt);
	return Boolean(kernels.jpegFillTable(at));
}

/** Writes what the kernel needs to know of a channel; whether that makes sense. */
function writeChannel(
	{ running, extra, channels }: Planes,
	i: number,
	{ across, down, steps, mean, details }: CodedChannel,
): boolean {
	const { words } = running;
	const { at, stride } = channels[i]!;
	const stepsTo = extra + stepsAt + i * stepsBytes;
	const means = extra + tablesAt + 2 * i * tableBytes;
	const plan = [
		across,
		down,
		at,
		stride,
		stepsTo,
		means,
		means + tableBytes,
		0,
	];
	words.set(plan, (extra + (i + 1) * channelBytes) / 4);
	const places = Array.from(steps, (step, k) => step | (zigzag[k]! << 16));
	words.set(places, stepsTo / 4);
	return (
		mean.subarray(16).every((symbol) => symbol < 16) &&
		writeCodes(running, means, mean) &&
		writeCodes(running, means + tableBytes, details)
	);
}

/** Decodes a picture to planes; whether all was as usual. */
function decodeScan(planes: Planes, header: Header): boolean {
	const { running, extra } = planes;
	const { height, width, channels, interval, coded } = header;
	const { bytes, words, kernels } = running;
	const [{ across, down } = { across: 1, down: 1 }] = channels;
	const source = extra + codedAt;
	const clean = source + coded.length + sentinelBytes;
	const columns = Math.ceil(width / (8 * across));
	const rows = Math.ceil(height / (8 * down));
	const addresses = [source, clean, extra + scratchAt];
	words.set(
		[channels.length, columns, rows, interval, ...addresses],
		extra / 4,
	);
	bytes.set(coded, source);
	bytes.fill(0xff, source + coded.length, clean);
	const isUsual = channels.every((one, i) => writeChannel(planes, i, one));
	return isUsual && Boolean(kernels.jpegDecodeScan(extra));
}

/**
 * Decodes a JPEG file of the most usual kind, whole and without damage, byte for byte as libjpeg.
 *
 * Undefined where it is another, or anything is unusual.
 */
export function decodeBaseline(bytes: Uint8Array): Image | undefined {
	const header = readHeader(bytes);
	if (!header) return undefined;
	const { channels, coded } = header;
	const planes = emptyPlanes(header, {
		isGray: channels.length === 1,
		subsampling: channels[0] as Pick<
			CodedChannel,
			"across" | "down"
		> as Subsampling,
		extra: codedAt + 2 * coded.length + sentinelBytes + beyond,
	});
	return decodeScan(planes, header) ? joinPlanes(planes) : undefined;
}
