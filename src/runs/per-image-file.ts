import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { makeFolder, writeWhole } from "./whole-file.js";

/** What stands before the packed bytes of a file of per-image data. */
export interface PerImageHead {
	readonly kind: string;
	readonly classes: readonly string[];
	/** What the score is called, and what it is called among the figures of its kind. */
	readonly metric: string;
	readonly figure: string;
	/** Which of the images, from 0, could not be read and were left out. */
	readonly skipped: readonly number[];
}

const format = 1;

/** Where the per-image data of a run are. */
export const perImageFolder = (folder: string): string =>
	join(folder, "per-image");

/**
 * Writes the per-image data of a row, whole, squeezed, and returns how many bytes they take.
 *
 * A row that names them is to be written afterwards: a process that is killed between leaves a file that no row names,
 * and that the next one writes again.
 */
export function writePerImage(
	folder: string,
	name: string,
	{ head, bytes }: { readonly head: PerImageHead; readonly bytes: Uint8Array },
): number {
	const text = Buffer.from(`${JSON.stringify({ format, ...head })}\n`);
	const squeezed = gzipSync(Buffer.concat([text, bytes]));
	makeFolder(perImageFolder(folder));
	writeWhole(join(perImageFolder(folder), name), squeezed);
	return squeezed.length;
}

/** Reads what `writePerImage` wrote; throws where the file is missing, damaged or of a later version. */
export function readPerImage(path: string): {
	readonly head: PerImageHead;
	readonly bytes: Uint8Array;
} {
	if (!existsSync(path))
		throw new Error(
			`${path} is not there: evaluate again with { perImage: true }, which scores what lacks it`,
		);
	let content: Buffer;
	try {
		content = gunzipSync(readFileSync(path));
	} catch (error) {
		throw new Error(
			`${path} is damaged: remove it, and evaluate again with { perImage: true }`,
			{ cause: error },
		);
	}
	const end = content.indexOf("\n");
	const { format: found, ...head } = JSON.parse(
		content.subarray(0, end).toString(),
	) as PerImageHead & { readonly format: number };
	if (found > format)
		throw new Error(
			`${path} was written by a later version, in format ${found}: this one reads up to ${format}`,
		);
	return { head, bytes: content.subarray(end + 1) };
}
