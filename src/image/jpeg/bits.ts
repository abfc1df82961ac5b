/** Collects bits, first the most significant, as the scan of a JPEG file. */
export class BitWriter {
	#bytes = new Uint8Array(1 << 16);
	#length = 0;
	#pending = 0;
	#count = 0;

	/** Appends the lowest `length` bits of `bits`; at most 16. */
	write(bits: number, length: number): void {
		this.#pending = (this.#pending << length) | (bits & ((1 << length) - 1));
		this.#count += length;
		while (this.#count >= 8) {
			this.#count -= 8;
			this.#push((this.#pending >> this.#count) & 0xff);
		}
		this.#pending &= (1 << this.#count) - 1;
	}

	/** All bytes, the last filled up with ones. */
	finish(): Uint8Array {
		if (this.#count > 0) this.write(0x7f, 8 - this.#count);
		return this.#bytes.subarray(0, this.#length);
	}

	#push(byte: number): void {
		if (this.#length + 2 > this.#bytes.length) {
			const longer = new Uint8Array(2 * this.#bytes.length);
			longer.set(this.#bytes);
			this.#bytes = longer;
		}
		this.#bytes[this.#length++] = byte;
		// A zero marks that this is no marker.
		if (byte === 0xff) this.#bytes[this.#length++] = 0;
	}
}
