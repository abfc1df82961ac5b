import type { Image } from "../image.js";
import { type Frame, frameOf, type Scan, scanOf } from "./frame.js";
import { emptyHeader, must, readSegments, UnusualJpeg } from "./header.js";
import { joinPlanes } from "./planes.js";
import { decodeScan, inversePlanes, startScans } from "./scans.js";
import { markers } from "./segments.js";

/** How many low bits of each coefficient are missing so far, 64 for each component; -1 where all are. */
const emptyProgress = ({ components }: Frame): Int8Array =>
	new Int8Array(64 * components.length).fill(-1);

/** Takes in which bits a scan brings, which must be those that come next. */
function advance(progress: Int8Array, scan: Scan): void {
	const { components, first, last, before, after } = scan;
	for (const { index } of components) {
		must(first === 0 || progress[64 * index]! >= 0);
		for (let k = first; k <= last; k++) {
			const missing = progress[64 * index + k]!;
			must(missing < 0 ? before === 0 : missing > 0 && before === missing);
			progress[64 * index + k] = after;
		}
	}
}

function decode(bytes: Uint8Array): Image {
	must(bytes[0] === 0xff && bytes[1] === markers.startOfImage);
	const header = emptyHeader();
	let start = readSegments(bytes, 2, header);
	must(start !== undefined);
	header.isScanned = true;
	const frame = frameOf(header);
	const scans = startScans(frame, bytes, start.end);
	const progress = emptyProgress(frame);
	while (start) {
		const scan = scanOf(frame, start.content, header);
		advance(progress, scan);
		const end = decodeScan(scans, scan, {
			start: start.end,
			interval: header.interval,
		});
		start = readSegments(bytes, end, header);
	}
	must(progress.every((missing) => missing === 0));
	if (frame.isProgressive) inversePlanes(scans);
	return joinPlanes(scans.planes);
}

/**
 * Decodes a JPEG file of the usual kinds, whole and without damage, byte for byte as libjpeg: baseline or progressive,
 * of 8 bits, gray or YCbCr, its chrominances at full size or half of it.
 *
 * Undefined where it is another, or anything is unusual.
 */
export function decodeUsual(bytes: Uint8Array): Image | undefined {
	try {
		return decode(bytes);
	} catch (error) {
		if (error instanceof UnusualJpeg) return undefined;
		throw error;
	}
}
