import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { CheckpointError } from "./error.js";

const mebibyte = 2 ** 20;

/** A file that is read piece by piece: never outside its bounds, never into more memory than agreed. */
export class CheckpointFile {
	readonly path: string;
	readonly size: number;
	readonly #maxBytes: number;
	readonly #descriptor: number;
	#claimed = 0;

	/** Opens a regular file; `maxBytes` bounds what reading it may allocate. */
	constructor(path: string, maxBytes?: number) {
		this.path = path;
		try {
			// Looked at before it is opened: opening a pipe would wait for its other end.
			if (!statSync(path).isFile()) throw this.error("is not a regular file");
			this.#descriptor = openSync(path, "r");
		} catch (cause) {
			if (cause instanceof CheckpointError) throw cause;
			const { code, message } = cause as NodeJS.ErrnoException;
			const problem = code === "ENOENT" ? "there is no such file" : message;
			throw new CheckpointError(path, problem, { cause });
		}
		this.size = fstatSync(this.#descriptor).size;
		this.#maxBytes = maxBytes ?? 4 * this.size + 64 * mebibyte;
	}

	close(): void {
		closeSync(this.#descriptor);
	}

	error(problem: string): CheckpointError {
		return new CheckpointError(this.path, problem);
	}

	/** Accounts for memory about to be allocated; throws where the file asks for more than agreed. */
	claim(bytes: number): void {
		this.#claimed += bytes;
		if (this.#claimed <= this.#maxBytes) return;
		throw this.error(
			`needs more than ${Math.round(this.#maxBytes / mebibyte)} MiB to be read, though the file has ${this.size} bytes: it is corrupt or malicious; if you trust it, pass a larger maxBytes`,
		);
	}

	/** Reads `length` bytes at `position` into an array of their own; `what` names them in errors. */
	read(position: number, length: number, what: string): Uint8Array {
		if (length > this.size - position || position < 0 || length < 0) {
			throw this.error(
				`${what} should be bytes ${position} to ${position + length}, but the file ends at ${this.size}: it is truncated or corrupt`,
			);
		}
		this.claim(length);
		const bytes = new Uint8Array(length);
		for (let done = 0; done < length; ) {
			const count = readSync(
				this.#descriptor,
				bytes,
				done,
				length - done,
				position + done,
			);
			if (count === 0)
				throw this.error(`the file shrank while ${what} was read`);
			done += count;
		}
		return bytes;
	}
}
