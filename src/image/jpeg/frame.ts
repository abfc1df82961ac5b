import { mostPixels } from "../most-pixels.js";
import { type Header, must, usual } from "./header.js";

/** A channel of a picture. */
export interface Component {
	readonly id: number;
	/** Blocks in each unit of coded blocks of all channels. */
	readonly across: number;
	readonly down: number;
	/** Of the 64 coefficients, in the order of the file. */
	readonly steps: Uint8Array;
}

/** What a usual JPEG file says about its picture. */
export interface Frame {
	readonly height: number;
	readonly width: number;
	readonly isProgressive: boolean;
	/** One of a gray picture, or luminance and two chrominances. */
	readonly components: readonly Component[];
}

/** What a scan holds of a component, and the Huffman codes it needs. */
export interface ScannedComponent {
	readonly index: number;
	readonly mean: Uint8Array | undefined;
	readonly details: Uint8Array | undefined;
}

/** What a scan holds: from a first to a last coefficient, some of their bits. */
export interface Scan {
	readonly components: readonly ScannedComponent[];
	readonly first: number;
	readonly last: number;
	/** Low bits that were missing before: 0 where all were. */
	readonly before: number;
	/** Low bits that are still missing behind it. */
	readonly after: number;
}

const largestSide = 65_500;

/** Whether components are luminance and chrominances, these at full size or half of it, by the rules of libjpeg. */
function isYcc(
	components: readonly Component[],
	{ isJfif, transform }: Header,
): boolean {
	const isKnown = components.every(({ id }, i) => id === i + 1);
	const isMeant =
		isJfif || (transform === undefined ? isKnown : transform === 1);
	const [luminance, ...others] = components;
	return (
		isMeant &&
		[1, 2].includes(luminance!.across) &&
		[1, 2].includes(luminance!.down) &&
		new Set(components.map(({ id }) => id)).size === 3 &&
		others.every(({ across, down }) => across === 1 && down === 1)
	);
}

function componentsOf(frame: Buffer, header: Header): readonly Component[] {
	const components = Array.from({ length: frame[5]! }, (_, i) => {
		const [id = 0, factors = 0, table = 0] = frame.subarray(6 + 3 * i);
		const steps = usual(header.steps[table]);
		return { id, across: factors >> 4, down: factors & 15, steps };
	});
	if (components.length === 3) {
		must(isYcc(components, header));
		return components;
	}
	const [gray] = components;
	must(components.length === 1 && gray !== undefined);
	// Of a single component, the factors mean nothing.
	const isSensible = (factor: number) => factor >= 1 && factor <= 4;
	must(isSensible(gray.across) && isSensible(gray.down));
	return [{ ...gray, across: 1, down: 1 }];
}

/** The frame that a header tells of; throws an `UnusualJpeg` where it is unusual. */
export function frameOf(header: Header): Frame {
	const frame = usual(header.frame);
	must(frame.length >= 6 && frame.length === 6 + 3 * frame[5]!);
	const height = frame.readUInt16BE(1);
	const width = frame.readUInt16BE(3);
	must(frame[0] === 8 && Math.min(height, width) > 0);
	must(Math.max(height, width) <= largestSide && height * width <= mostPixels);
	const components = componentsOf(frame, header);
	return { height, width, isProgressive: header.isProgressive, components };
}

/** The scan that a segment starts; throws an `UnusualJpeg` where it is unusual. */
export function scanOf(frame: Frame, content: Buffer, header: Header): Scan {
	const count = content[0] ?? 0;
	must(count > 0 && content.length === 4 + 2 * count);
	const [first = 0, last = 0, bits = 0] = content.subarray(1 + 2 * count);
	const [before, after] = [bits >> 4, bits & 15];
	const all = frame.components.length;
	if (!frame.isProgressive)
		must(count === all && first === 0 && last === 63 && bits === 0);
	else if (first === 0) must(last === 0);
	else must(count === 1 && first <= last && last <= 63);
	must(before === 0 || after === before - 1);
	must(after <= 13);
	let index = -1;
	const components = Array.from({ length: count }, (_, i) => {
		const [id, tables = 0] = content.subarray(1 + 2 * i);
		const found = frame.components.findIndex((one) => one.id === id);
		must(found > index);
		index = found;
		const mean = header.means[tables >> 4];
		const details = header.details[tables & 15];
		return {
			index,
			mean: first === 0 && before === 0 ? usual(mean) : undefined,
			details: last > 0 ? usual(details) : undefined,
		};
	});
	return { components, first, last, before, after };
}
