import type { Container } from "./container.js";
import { quote } from "./error.js";
import type { CheckpointFile } from "./file.js";
import { gather, isContiguous, reach } from "./strided.js";
import {
	elementBytes,
	elementCount,
	fromByteOrder,
	type NamedTensor,
	type TensorDType,
	viewAs,
} from "./tensor.js";
import type { Storage, StoredTensor } from "./value.js";

/** Reads the bytes of tensors, those of a storage once however many tensors share them. */
export class TensorLoader {
	readonly #file: CheckpointFile;
	readonly #container: Container;
	readonly #buffers = new Map<string, ArrayBuffer>();
	readonly #tensors = new Map<StoredTensor, NamedTensor>();

	constructor(file: CheckpointFile, container: Container) {
		this.#file = file;
		this.#container = container;
	}

	/** Reads a tensor: a view of its storage where it lies there contiguously, else a copy. */
	load(stored: StoredTensor, name: string): NamedTensor {
		const known = this.#tensors.get(stored);
		if (known) return known;
		const { storage, dtype, layout } = stored;
		const byteOffset = storage.base?.byteOffset ?? 0;
		const needed = reach(layout) * elementBytes(dtype);
		if (needed > storage.bytes)
			throw this.#file.error(
				`tensor ${quote(name)} needs ${needed} bytes of storage ${quote(storage.key)}, which has ${storage.bytes}: the file is corrupt`,
			);
		const buffer = this.#buffer(storage.base?.storage ?? storage, dtype);
		const count = elementCount(layout.shape);
		const start = byteOffset + (count && layout.offset) * elementBytes(dtype);
		let data = viewAs(dtype, buffer, { byteOffset: start, length: count });
		if (!isContiguous(layout)) {
			const length = reach(layout);
			const source = viewAs(dtype, buffer, { byteOffset, length });
			this.#file.claim(count * elementBytes(dtype));
			data = viewAs(dtype, new ArrayBuffer(count * elementBytes(dtype)));
			gather(source, data, layout);
		}
		const tensor = { dtype, shape: layout.shape, data };
		this.#tensors.set(stored, tensor);
		return tensor;
	}

	#buffer(storage: Storage, dtype: TensorDType): ArrayBuffer {
		const known = this.#buffers.get(storage.key);
		if (known) return known;
		const { buffer } = this.#container.readStorage(storage);
		const whole = buffer as ArrayBuffer;
		const length = Math.floor(storage.bytes / elementBytes(dtype));
		fromByteOrder(viewAs(dtype, whole, { length }), this.#container.byteOrder);
		this.#buffers.set(storage.key, whole);
		return whole;
	}
}
