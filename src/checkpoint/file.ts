import {
	closeSync,
	fstatSync,
	openSync,
	read,
	readSync,
	statSync,
} from "node:fs";
import { promisify } from "node:util";
import { CheckpointError } from "./error.js";

const readAsync = promisify(read);

const mebibyte = 2 ** 20;
const longBytes = 2 ** 16;
/** Node reads less than 2 GiB in one call. */
const mostAtOnce = 2 ** 30;

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
		const bytes = new Uint8Array(this.#allocate(position, length, what));
		for (let done = 0; done < length; ) {
			const options = {
				offset: done,
				length: Math.min(length - done, mostAtOnce),
				position: position + done,
			};
			const count = readSync(this.#descriptor, bytes, options);
			if (count === 0) throw this.#shrank(what);
			done += count;
		}
		return bytes;
	}

	/** Reads as `read` does, but what is long on another thread. */
	async readAside(
		position: number,
		length: number,
		what: string,
	): Promise<ArrayBuffer> {
		if (length < longBytes)
			return this.read(position, length, what).buffer as ArrayBuffer;
		const bytes = this.#allocate(position, length, what);
		for (let done = 0; done < length; ) {
			// A buffer may be longer than a view of single bytes.
			const part = Math.min(length - done, mostAtOnce);
			const options = {
				buffer: new Uint8Array(bytes, done, part),
				position: position + done,
			};
			const { bytesRead } = await readAsync(this.#descriptor, options);
			if (bytesRead === 0) throw this.#shrank(what);
			done += bytesRead;
		}
		return bytes;
	}

	#allocate(position: number, length: number, what: string): ArrayBuffer {
		if (length > this.size - position || position < 0 || length < 0) {
			throw this.error(
				`${what} should be bytes ${position} to ${position + length}, but the file ends at ${this.size}: it is truncated or corrupt`,
			);
		}
		this.claim(length);
		return new ArrayBuffer(length);
	}

	#shrank(what: string): CheckpointError {
		return this.error(`the file shrank while ${what} was read`);
	}
}
