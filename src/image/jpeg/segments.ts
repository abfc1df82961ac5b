/** A marker of a JPEG file, and the segment that follows it, if any. */
export interface Segment {
	/** The byte after the 0xff. */
	readonly marker: number;
	/** Without its length. */
	readonly content: Buffer;
}

/** The markers that the rest of the code asks for. */
export const markers = {
	startOfImage: 0xd8,
	startOfScan: 0xda,
	endOfImage: 0xd9,
	application1: 0xe1,
} as const;

/** Whether a marker stands alone: of restarts, start and end. */
const isAlone = (marker: number): boolean =>
	(marker >= 0xd0 && marker <= 0xd9) || marker === 0x01;

/** The segments of a JPEG file in turn, up to its pixels; what lies between them is passed over, as by libjpeg. */
export function* segmentsOf(bytes: Uint8Array): Generator<Segment> {
	const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	for (let at = 2; ; ) {
		at = file.indexOf(0xff, at);
		if (at < 0) return;
		while (file[at] === 0xff) at++;
		const marker = file[at++];
		if (marker === undefined) return;
		if (marker === 0) continue;
		const length =
			isAlone(marker) || at + 2 > file.length ? 0 : file.readUInt16BE(at);
		yield {
			marker,
			content: file.subarray(at + Math.min(2, length), at + length),
		};
		if (marker === markers.startOfScan || marker === markers.endOfImage) return;
		at += length;
	}
}
