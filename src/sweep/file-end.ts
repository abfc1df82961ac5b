import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** The last bytes of a file as text, opened anew; undefined where it cannot be read. */
export function fileEnd(path: string, mostBytes: number): string | undefined {
	let descriptor: number;
	try {
		descriptor = openSync(path, "r");
	} catch {
		return undefined;
	}
	try {
		const { size } = fstatSync(descriptor);
		const buffer = Buffer.alloc(Math.min(size, mostBytes));
		const read = readSync(descriptor, buffer, {
			position: size - buffer.length,
		});
		const text = buffer.toString("utf8", 0, read);
		// The first line may have lost its beginning.
		return size > mostBytes ? text.slice(text.indexOf("\n") + 1) : text;
	} finally {
		closeSync(descriptor);
	}
}
