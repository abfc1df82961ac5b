import { readFileSync } from "node:fs";

/** Reads a file and makes something of its bytes; errors name the file. */
export function readAs<Value>(
	path: string,
	make: (bytes: Uint8Array) => Value,
): Value {
	try {
		return make(readFileSync(path));
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		const problem = code === "ENOENT" ? "there is no such file" : message;
		throw new Error(`${path}: ${problem}`, { cause: error });
	}
}
