import { mostPixels } from "../most-pixels.js";
import { markers, segmentsOf } from "./segments.js";

/** How many codes there are of each length from 1 to 16, then what they stand for; as a JPEG file holds it. */
export type HuffmanCodes = Uint8Array;

/** A channel of a picture, as its file is to be decoded. */
export interface CodedChannel {
	readonly id: number;
	/** Blocks in each unit of coded blocks. */
	readonly across: number;
	readonly down: number;
	/** Of the 64 coefficients, in the order of the file. */
	readonly steps: Uint8Array;
	readonly mean: HuffmanCodes;
	readonly details: HuffmanCodes;
}

/** What a usual JPEG file says about its picture. */
export interface Header {
	readonly height: number;
	readonly width: number;
	/** One of a gray picture, or luminance and two chrominances. */
	readonly channels: readonly CodedChannel[];
	/** Units of coded blocks between restarts; 0 where there are no restarts. */
	readonly interval: number;
	/** The file from its coded pixels on. */
	readonly coded: Uint8Array;
}

/** Tables and numbers that were read so far. */
interface Found {
	readonly steps: Uint8Array[];
	readonly means: HuffmanCodes[];
	readonly details: HuffmanCodes[];
	frame?: Buffer;
	interval: number;
	isJfif: boolean;
	/** How Adobe's programs turned colors; undefined where they say nothing. */
	transform?: number;
}

const unusual = (): never => {
	throw new Error("an unusual JPEG file");
};
const must = (isUsual: boolean): void => {
	if (!isUsual) unusual();
};

const largestSide = 65_500;
const most = { tables: 4, codes: 256 };

function readSteps(content: Buffer, { steps }: Found): void {
	must(content.length % 65 === 0);
	for (let at = 0; at < content.length; at += 65) {
		const index = content[at]!;
		must(index < most.tables);
		steps[index] = content.subarray(at + 1, at + 65);
	}
}

function readCodes(content: Buffer, { means, details }: Found): void {
	for (let at = 0; at < content.length; ) {
		const index = content[at++]!;
		const symbols = content
			.subarray(at, at + 16)
			.reduce((sum, count) => sum + count, 0);
		const codes = content.subarray(at, at + 16 + symbols);
		must(symbols <= most.codes && codes.length === 16 + symbols);
		must(index % 16 < most.tables && index >> 4 <= 1);
		(index < 16 ? means : details)[index % 16] = codes;
		at += codes.length;
	}
}

/** Takes in what a segment says; throws where that is unusual. */
function readSegment(marker: number, content: Buffer, found: Found): void {
	const isNamed = (name: string, least: number) =>
		content.length >= least && content.toString("latin1", 0, 5) === name;
	if (marker === 0xdb) readSteps(content, found);
	else if (marker === 0xc4) readCodes(content, found);
	else if (marker === 0xc0 || marker === 0xc1) {
		must(found.frame === undefined);
		found.frame = content;
	} else if (marker === 0xdd) {
		must(content.length === 2);
		found.interval = content.readUInt16BE(0);
	} else {
		must((marker & 0xf0) === 0xe0 || marker === 0xfe);
		if (marker === 0xe0 && isNamed("JFIF\0", 14)) found.isJfif = true;
		if (marker === 0xee && isNamed("Adobe", 12)) found.transform = content[11]!;
	}
}

/** The channels that a frame and a scan tell of. */
function channelsOf(frame: Buffer, scan: Buffer, found: Found): CodedChannel[] {
	const count = frame[5]!;
	must(frame.length === 6 + 3 * count && scan.length === 4 + 2 * count);
	must(scan[0] === count && scan.readUIntBE(1 + 2 * count, 3) === 0x003f00);
	return Array.from({ length: count }, (_, i) => {
		const [id = 0, factors = 0, table = 0] = frame.subarray(6 + 3 * i);
		const [selected, tables = 0] = scan.subarray(1 + 2 * i);
		must(selected === id);
		return {
			id,
			across: factors >> 4,
			down: factors & 15,
			steps: found.steps[table] ?? unusual(),
			mean: found.means[tables >> 4] ?? unusual(),
			details: found.details[tables & 15] ?? unusual(),
		};
	});
}

/** Whether channels are luminance and chrominances, at full size or half of it, by the rules of libjpeg. */
function isYcc(
	channels: readonly CodedChannel[],
	{ isJfif, transform }: Found,
): boolean {
	const isKnown = channels.every(({ id }, i) => id === i + 1);
	const isMeant =
		isJfif || (transform === undefined ? isKnown : transform === 1);
	const [luminance, ...others] = channels;
	return (
		isMeant &&
		[1, 2].includes(luminance!.across) &&
		[1, 2].includes(luminance!.down) &&
		new Set(channels.map(({ id }) => id)).size === 3 &&
		others.every(({ across, down }) => across === 1 && down === 1)
	);
}

function headerOf(
	frame: Buffer,
	scan: Buffer,
	found: Found,
): Omit<Header, "coded"> {
	const height = frame.readUInt16BE(1);
	const width = frame.readUInt16BE(3);
	must(frame[0] === 8 && Math.min(height, width) > 0);
	must(Math.max(height, width) <= largestSide && height * width <= mostPixels);
	const channels = channelsOf(frame, scan, found);
	const { interval } = found;
	if (channels.length === 3) {
		must(isYcc(channels, found));
		return { height, width, channels, interval };
	}
	must(channels.length === 1);
	// Of a single channel, the factors mean nothing.
	const [gray] = channels;
	must(gray!.across >= 1 && gray!.across <= 4);
	must(gray!.down >= 1 && gray!.down <= 4);
	return {
		height,
		width,
		channels: [{ ...gray!, across: 1, down: 1 }],
		interval,
	};
}

function usualHeader(bytes: Uint8Array): Header {
	const found: Found = {
		steps: [],
		means: [],
		details: [],
		interval: 0,
		isJfif: false,
	};
	must(bytes[0] === 0xff && bytes[1] === markers.startOfImage);
	let end = bytes.byteOffset + 2;
	for (const { marker, content } of segmentsOf(bytes)) {
		must(content.byteOffset === end + 4);
		end = content.byteOffset + content.length;
		if (marker === markers.startOfScan) {
			const coded = bytes.subarray(end - bytes.byteOffset);
			const { frame = unusual() } = found;
			return { ...headerOf(frame, content, found), coded };
		}
		readSegment(marker, content, found);
	}
	return unusual();
}

/**
 * The header of a JPEG file of the most usual kind: baseline, of 8 bits, gray or YCbCr, in one scan.
 *
 * Undefined where it is another, or anything is unusual; decoding as it says may still show damage.
 */
export function readHeader(bytes: Uint8Array): Header | undefined {
	try {
		return usualHeader(bytes);
	} catch {
		return undefined;
	}
}
