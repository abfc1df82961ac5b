import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

const chunkBytes = 2 ** 24;

/** A SHA-256 of the bytes of a file, read a part at a time. */
export function hashOfFile(path: string): string {
	const hash = createHash("sha256");
	const chunk = Buffer.allocUnsafe(chunkBytes);
	const descriptor = openSync(path, "r");
	try {
		for (;;) {
			const count = readSync(descriptor, chunk);
			if (count === 0) return hash.digest("hex");
			hash.update(chunk.subarray(0, count));
		}
	} finally {
		closeSync(descriptor);
	}
}
