/** Bytes that grow as they are written. */
export interface Packer {
	/** A whole number from 0 to 2^53, in seven bits a byte, the lowest first. */
	whole(value: number): void;
	/** In single precision. */
	single(value: number): void;
	/** In double precision. */
	double(value: number): void;
	bytes(): Uint8Array;
}

/** Reads what a packer wrote, in the same order; throws a `RangeError` where there is no more. */
export interface Unpacker {
	whole(): number;
	single(): number;
	double(): number;
	readonly isAtEnd: boolean;
}

/** Makes an empty packer. */
export function packer(): Packer {
	let buffer = new Uint8Array(1024);
	let view = new DataView(buffer.buffer);
	let length = 0;
	const reserve = (more: number): number => {
		if (length + more > buffer.length) {
			const larger = new Uint8Array(2 * buffer.length);
			larger.set(buffer);
			buffer = larger;
			view = new DataView(buffer.buffer);
		}
		length += more;
		return length - more;
	};
	return {
		whole(value) {
			let rest = value;
			for (; rest >= 128; rest = Math.floor(rest / 128)) {
				const at = reserve(1);
				buffer[at] = 128 | (rest % 128);
			}
			const at = reserve(1);
			buffer[at] = rest;
		},
		single(value) {
			const at = reserve(4);
			view.setFloat32(at, value, true);
		},
		double(value) {
			const at = reserve(8);
			view.setFloat64(at, value, true);
		},
		bytes: () => buffer.slice(0, length),
	};
}

/** Reads packed bytes from the beginning. */
export function unpacker(bytes: Uint8Array): Unpacker {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	let at = 0;
	return {
		whole() {
			let [value, place] = [0, 1];
			for (;;) {
				const byte = view.getUint8(at++);
				value += (byte & 127) * place;
				if (byte < 128) return value;
				place *= 128;
			}
		},
		single() {
			at += 4;
			return view.getFloat32(at - 4, true);
		},
		double() {
			at += 8;
			return view.getFloat64(at - 8, true);
		},
		get isAtEnd() {
			return at >= bytes.length;
		},
	};
}
