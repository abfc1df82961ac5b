/** Files of numpy's `.npy` format, version 1.0. */
import { createHash } from "node:crypto";
import { closeSync, fsyncSync, writeSync } from "node:fs";
import { openDraft } from "../src/runs/publish-file.js";

/** What an array holds. */
export interface NpyArray {
	/** As numpy writes it: `|u1` bytes, `<i8` integers of 64 bits. */
	readonly dtype: "|u1" | "<i8";
	readonly shape: readonly number[];
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
const alignment = 64;

/** The first bytes of a file, before the numbers. */
export function npyHeader({ dtype, shape }: NpyArray): Uint8Array {
	const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
	const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${sizes}), }`;
	const before = magic.length + 2;
	const rest = (before + text.length + 1) % alignment;
	const padding = " ".repeat((alignment - rest) % alignment);
	const line = Buffer.from(`${text}${padding}\n`, "latin1");
	const length = Uint8Array.of(line.length & 255, line.length >> 8);
	return Buffer.concat([Uint8Array.from(magic), length, line]);
}

/**
 * Writes an array piece by piece to a file that appears under its name only once it is whole; gives its hash.
 *
 * Throws where the pieces are not as many bytes as the array has.
 */
export async function writeNpy(
	path: string,
	array: NpyArray,
	pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<string> {
	const hash = createHash("sha256");
	const size = array.dtype === "|u1" ? 1 : 8;
	let left = array.shape.reduce((product, n) => product * n, size);
	const { descriptor, publish, discard } = openDraft(path);
	const write = (bytes: Uint8Array): void => {
		for (let done = 0; done < bytes.length; )
			done += writeSync(descriptor, bytes, done);
	};
	let isOpen = true;
	try {
		const header = npyHeader(array);
		hash.update(header);
		write(header);
		for await (const piece of pieces) {
			left -= piece.length;
			hash.update(piece);
			write(piece);
		}
		if (left !== 0)
			throw new Error(
				`${path} is given ${Math.abs(left)} bytes ${left < 0 ? "more" : "less"} than its array has`,
			);
		fsyncSync(descriptor);
		isOpen = false;
		closeSync(descriptor);
		publish();
	} catch (error) {
		if (isOpen) closeSync(descriptor);
		discard();
		throw error;
	}
	return hash.digest("hex");
}
