import { totalmem } from "node:os";
import type { DType, Values } from "./onnx.js";

const arrays = {
	float32: Float32Array,
	int32: Int32Array,
	bool: Uint8Array,
	int64: BigInt64Array,
};

/**
 * The bytes of memory that this process may have: those of the machine, or of its container where that has
 * fewer. `constrained` is what Node says of the container: 0, undefined or more than there is without a limit.
 */
export function memoryLimit(
	total = totalmem(),
	constrained: number | undefined = process.constrainedMemory?.(),
): number {
	return constrained ? Math.min(total, constrained) : total;
}

/** Recycles the buffers of tensors, whose first use costs more than most kernels. */
export class BufferPool {
	readonly #free = new Map<number, ArrayBuffer[]>();
	readonly #lent = new WeakSet<ArrayBufferLike>();
	#lentCount = 0;
	#freeBytes = 0;

	/** Free memory beyond some bytes, which only changing shapes leave behind, is given back. */
	constructor(private readonly mostFreeBytes = memoryLimit() / 4) {}

	/** The bytes that are kept for the next tensors. */
	get freeBytes(): number {
		return this.#freeBytes;
	}

	/** The number of arrays that were taken and neither given back nor released. */
	get lent(): number {
		return this.#lentCount;
	}

	/** An array of unspecified content. */
	take(dtype: DType, size: number): Values {
		const TypedArray = arrays[dtype];
		const length = size * TypedArray.BYTES_PER_ELEMENT;
		const recycled = this.#free.get(length)?.pop();
		if (recycled) this.#freeBytes -= length;
		const array = recycled ? new TypedArray(recycled) : new TypedArray(size);
		this.#lent.add(array.buffer);
		this.#lentCount++;
		return array;
	}

	/** Whether an array comes from here and nobody outside may keep it. */
	isLent({ buffer }: Values): boolean {
		return this.#lent.has(buffer);
	}

	/** Takes an array back, if it came from here and was not released. */
	give(values: Values): void {
		if (!this.release(values)) return;
		const { buffer, byteLength } = values;
		if (this.#freeBytes + byteLength > this.mostFreeBytes) return;
		const same = this.#free.get(byteLength);
		if (same) same.push(buffer as ArrayBuffer);
		else this.#free.set(byteLength, [buffer as ArrayBuffer]);
		this.#freeBytes += byteLength;
	}

	/** Never recycles this array: somebody outside may keep it. Says whether it was lent. */
	release({ buffer }: Values): boolean {
		const isLent = this.#lent.delete(buffer);
		if (isLent) this.#lentCount--;
		return isLent;
	}
}
