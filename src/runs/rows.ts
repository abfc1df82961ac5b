import {
	closeSync,
	existsSync,
	fstatSync,
	ftruncateSync,
	openSync,
	readFileSync,
	writeSync,
} from "node:fs";
import { claimOf } from "./held-claim.js";
import { writing } from "./storage-error.js";
import { writeWhole } from "./whole-file.js";

function wholeLines(path: string): { text: string; torn: boolean } {
	if (!existsSync(path)) return { text: "", torn: false };
	const text = readFileSync(path, "utf8");
	const end = text.lastIndexOf("\n") + 1;
	return { text: text.slice(0, end), torn: end < text.length };
}

/**
 * The rows of a `.jsonl` file; none where it does not exist.
 *
 * A last line without its end, which a killed process leaves, is passed over. Throws, naming file and
 * line, where any other line is not a row: the file was damaged from outside.
 */
export function readRows<Row>(
	path: string,
	isRow: (value: unknown) => value is Row,
): Row[] {
	const lines = wholeLines(path).text.split("\n").slice(0, -1);
	return lines.map((line, i) => {
		let value: unknown;
		try {
			value = JSON.parse(line);
		} catch {
			value = undefined;
		}
		if (isRow(value)) return value;
		throw new Error(
			`${path} is damaged: line ${i + 1} is no row, ${JSON.stringify(line.slice(0, 60))}; remove that line, and what it held is computed anew, the other ${lines.length - 1} rows are kept`,
		);
	});
}

/** Cuts off a last line that a killed process has left unfinished. */
export function mendRows(path: string): void {
	const { text, torn } = wholeLines(path);
	if (torn) writeWhole(path, text);
}

/**
 * Adds a row to a `.jsonl` file: the whole row, or nothing where the disk refuses it.
 *
 * Throws a `ClaimLostError` where another process has taken over the folder. One that is paused between that look and
 * the row may yet add it: whoever reads keeps the last row of each thing.
 */
export function appendRow(path: string, row: object): void {
	const bytes = Buffer.from(`${JSON.stringify(row)}\n`);
	writing(path, () => {
		claimOf(path)?.fence();
		const descriptor = openSync(path, "a");
		try {
			const { size } = fstatSync(descriptor);
			let done = 0;
			try {
				while (done < bytes.length) done += writeSync(descriptor, bytes, done);
			} catch (error) {
				if (done > 0) ftruncateSync(descriptor, size);
				throw error;
			}
		} finally {
			closeSync(descriptor);
		}
	});
}
