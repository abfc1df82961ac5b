import { totalmem } from "node:os";
import type { DType, Values } from "./onnx.js";

const arrays = {
	float32: Float32Array,
	int32: Int32Array,
	bool: Uint8Array,
	int64: BigInt64Array,
};

// Free memory beyond this, which only changing shapes leave behind, is given back.
const mostFreeBytes = totalmem() / 4;

/** Recycles the buffers of tensors, whose first use costs more than most kernels. */
export class BufferPool {
	readonly #free = new Map<number, ArrayBuffer[]>();
	readonly #owned = new WeakSet<ArrayBufferLike>();
	#freeBytes = 0;

	/** An array of unspecified content. */
	take(dtype: DType, size: number): Values {
		const TypedArray = arrays[dtype];
		const length = size * TypedArray.BYTES_PER_ELEMENT;
		const recycled = this.#free.get(length)?.pop();
		if (recycled) {
			this.#freeBytes -= length;
			return new TypedArray(recycled);
		}
		const array = new TypedArray(size);
		this.#owned.add(array.buffer);
		return array;
	}

	/** Takes an array back, if it came from here and was not lent to anyone else. */
	give({ buffer, byteLength }: Values): void {
		if (
			!this.#owned.has(buffer) ||
			this.#freeBytes + byteLength > mostFreeBytes
		)
			return;
		const same = this.#free.get(byteLength);
		if (same) same.push(buffer as ArrayBuffer);
		else this.#free.set(byteLength, [buffer as ArrayBuffer]);
		this.#freeBytes += byteLength;
	}

	/** Never recycles this array: somebody outside may keep it. */
	release({ buffer }: Values): void {
		this.#owned.delete(buffer);
	}
}
