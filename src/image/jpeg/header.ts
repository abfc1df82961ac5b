import { markers, segmentsOf } from "./segments.js";

/** Thrown where a JPEG file is damaged, or none of the usual kinds, and better left to libjpeg. */
export class UnusualJpeg extends Error {}

/** Throws an `UnusualJpeg` unless something is usual. */
export function must(isUsual: boolean): asserts isUsual {
	if (!isUsual) throw new UnusualJpeg("an unusual JPEG file");
}

/** What there usually is; throws an `UnusualJpeg` where it is missing. */
export function usual<Value>(value: Value | undefined): Value {
	must(value !== undefined);
	return value;
}

/** What the segments of a JPEG file have said so far; tables by their numbers. */
export interface Header {
	/** Steps of the 64 coefficients, in the order of the file. */
	readonly steps: Uint8Array[];
	/** How many Huffman codes there are of each length from 1 to 16, then what they stand for: for means of blocks. */
	readonly means: Uint8Array[];
	/** As `means`: for all other coefficients. */
	readonly details: Uint8Array[];
	frame?: Buffer;
	isProgressive: boolean;
	/** Whether the first scan is over, behind which there are only tables of codes. */
	isScanned: boolean;
	/** Units of coded blocks between restarts; 0 where there are no restarts. */
	interval: number;
	isJfif: boolean;
	/** How Adobe's programs turned colors; undefined where they say nothing. */
	transform?: number;
}

const most = { tables: 4, codes: 256 };
const [baseline, extended, progressive] = [0xc0, 0xc1, 0xc2];

/** A header of which nothing is known. */
export const emptyHeader = (): Header => ({
	steps: [],
	means: [],
	details: [],
	isProgressive: false,
	isScanned: false,
	interval: 0,
	isJfif: false,
});

function readSteps(content: Buffer, { steps }: Header): void {
	must(content.length % 65 === 0);
	for (let at = 0; at < content.length; at += 65) {
		const index = content[at]!;
		must(index < most.tables);
		steps[index] = content.subarray(at + 1, at + 65);
	}
}

function readCodes(content: Buffer, { means, details }: Header): void {
	for (let at = 0; at < content.length; ) {
		const index = content[at++]!;
		const counts = content.subarray(at, at + 16);
		const symbols = counts.reduce((sum, count) => sum + count, 0);
		const codes = content.subarray(at, at + 16 + symbols);
		must(symbols <= most.codes && codes.length === 16 + symbols);
		must(index % 16 < most.tables && index >> 4 <= 1);
		(index < 16 ? means : details)[index % 16] = codes;
		at += codes.length;
	}
}

function readFrame(marker: number, content: Buffer, header: Header): void {
	must(header.frame === undefined);
	must([baseline, extended, progressive].includes(marker));
	header.frame = content;
	header.isProgressive = marker === progressive;
}

function readNote(marker: number, content: Buffer, header: Header): void {
	const isNamed = (name: string, least: number) =>
		content.length >= least && content.toString("latin1", 0, 5) === name;
	if (marker === 0xe0 && isNamed("JFIF\0", 14)) header.isJfif = true;
	if (marker === 0xee && isNamed("Adobe", 12)) header.transform = content[11]!;
}

function readSegment(marker: number, content: Buffer, header: Header): void {
	if (marker === 0xc4) readCodes(content, header);
	else if (marker === 0xdd) {
		must(content.length === 2);
		header.interval = content.readUInt16BE(0);
	} else if (marker !== 0xfe) {
		must(!header.isScanned);
		if (marker === 0xdb) readSteps(content, header);
		else if (marker >= 0xe0 && marker <= 0xef)
			readNote(marker, content, header);
		else readFrame(marker, content, header);
	}
}

/** The start of a scan, and where in the file its coded pixels lie. */
export interface ScanStart {
	readonly content: Buffer;
	readonly end: number;
}

/**
 * Takes in what the segments from a place on say: up to the start of a scan, or undefined at the end of the image.
 *
 * Throws an `UnusualJpeg` where anything is unusual.
 */
export function readSegments(
	bytes: Uint8Array,
	from: number,
	header: Header,
): ScanStart | undefined {
	const start = bytes.byteOffset;
	let end = from;
	for (const { marker, content } of segmentsOf(bytes.subarray(from - 2))) {
		if (marker === markers.endOfImage) {
			must(content.byteOffset - start === end + 2);
			return undefined;
		}
		must(content.byteOffset - start === end + 4);
		end = content.byteOffset - start + content.length;
		if (marker === markers.startOfScan) return { content, end };
		readSegment(marker, content, header);
	}
	throw new UnusualJpeg("a JPEG file without an end");
}
