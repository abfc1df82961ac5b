const windowBytes = 2 ** 16;

/** Reads numbers and strings one after another from a range of bytes, of which it keeps a small window. */
export class ByteStream {
	readonly #read: (position: number, length: number) => Uint8Array;
	readonly #end: number;
	readonly #fail: (problem: string) => Error;
	#window: Buffer = Buffer.alloc(0);
	#at = 0;
	#next: number;

	constructor(source: {
		read(position: number, length: number): Uint8Array;
		start: number;
		end: number;
		fail(problem: string): Error;
	}) {
		this.#read = source.read;
		this.#fail = source.fail;
		this.#next = source.start;
		this.#end = source.end;
	}

	/** Where the next byte comes from. */
	get position(): number {
		return this.#next - this.#window.length + this.#at;
	}

	/** Bytes left in the range. */
	get remaining(): number {
		return this.#end - this.position;
	}

	fail(problem: string): Error {
		return this.#fail(problem);
	}

	/** Moves past the next `length` bytes and returns where they begin in the window. */
	#advance(length: number): number {
		if (this.#window.length - this.#at < length) this.#refill(length);
		this.#at += length;
		return this.#at - length;
	}

	/** Makes the window begin at the next byte and hold at least `length` bytes. */
	#refill(length: number): void {
		const { position } = this;
		const left = this.#end - position;
		if (length > left)
			throw this.fail(
				`its pickle breaks off at byte ${this.#end}: the file is truncated or corrupt`,
			);
		const wanted = Math.min(Math.max(length, windowBytes), left);
		const { buffer, byteOffset, byteLength } = this.#read(position, wanted);
		this.#window = Buffer.from(buffer, byteOffset, byteLength);
		this.#next = position + byteLength;
		this.#at = 0;
	}

	uint8(): number {
		if (this.#at === this.#window.length) this.#refill(1);
		return this.#window[this.#at++] as number;
	}

	uint16(): number {
		const at = this.#advance(2);
		return this.#window.readUInt16LE(at);
	}

	uint32(): number {
		const at = this.#advance(4);
		return this.#window.readUInt32LE(at);
	}

	int32(): number {
		const at = this.#advance(4);
		return this.#window.readInt32LE(at);
	}

	/** A 64-bit count; one that no file can hold ends like one beyond the range. */
	uint64(): number {
		const at = this.#advance(8);
		return Number(this.#window.readBigUInt64LE(at));
	}

	/** Big-endian, as pickles have it. */
	float64(): number {
		const at = this.#advance(8);
		return this.#window.readDoubleBE(at);
	}

	/** A copy of the next bytes. */
	bytes(length: number): Uint8Array {
		const at = this.#advance(length);
		return new Uint8Array(this.#window.subarray(at, at + length));
	}

	/** The next bytes as UTF-8; what is not UTF-8 becomes the replacement character. */
	text(length: number): string {
		const at = this.#advance(length);
		return this.#window.toString("utf8", at, at + length);
	}

	/** The characters up to the next line feed, which is passed over. */
	line(longest: number): string {
		const codes: number[] = [];
		for (let code = this.uint8(); code !== 0x0a; code = this.uint8()) {
			if (codes.length === longest)
				throw this.fail(
					`a line of its pickle is longer than ${longest} characters`,
				);
			codes.push(code);
		}
		return Buffer.from(codes).toString("utf8");
	}
}
