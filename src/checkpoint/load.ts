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

interface Bytes {
	readonly buffer: ArrayBuffer;
	readonly byteOffset: number;
}

/** Reads the bytes of tensors, those of a storage once however many tensors share them. */
export class TensorLoader {
	readonly #file: CheckpointFile;
	readonly #container: Container;
	readonly #storages = new Map<string, Bytes>();
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
		const needed = reach(layout) * elementBytes(dtype);
		if (needed > storage.bytes)
			throw this.#file.error(
				`tensor ${quote(name)} needs ${needed} bytes of storage ${quote(storage.key)}, which has ${storage.bytes}: the file is corrupt`,
			);
		const { buffer, byteOffset } = this.#bytes(storage, dtype);
		const size = elementBytes(dtype);
		if (byteOffset % size !== 0)
			throw this.#file.error(
				`tensor ${quote(name)} begins in the middle of an element: the file is corrupt`,
			);
		const count = elementCount(layout.shape);
		const part = (first: number, length: number) =>
			viewAs(dtype, buffer, { byteOffset: byteOffset + first * size, length });
		const copied = () => {
			this.#file.claim(count * size);
			const target = viewAs(dtype, new ArrayBuffer(count * size));
			gather(part(0, reach(layout)), target, layout);
			return target;
		};
		const data = isContiguous(layout)
			? part(count && layout.offset, count)
			: copied();
		const tensor = { dtype, shape: layout.shape, data };
		this.#tensors.set(stored, tensor);
		return tensor;
	}

	/** The bytes of a storage, in this machine's order of the bytes of each element. */
	#bytes({ base, ...storage }: Storage, dtype: TensorDType): Bytes {
		if (base) {
			const { buffer, byteOffset } = this.#bytes(base.storage, dtype);
			return { buffer, byteOffset: byteOffset + base.byteOffset };
		}
		const known = this.#storages.get(storage.key);
		if (known) return known;
		const bytes = this.#container.readStorage(storage);
		const length = Math.floor(bytes.length / elementBytes(dtype));
		const buffer = bytes.buffer as ArrayBuffer;
		const { byteOffset } = bytes;
		const elements = viewAs(dtype, buffer, { byteOffset, length });
		fromByteOrder(elements, this.#container.byteOrder);
		this.#storages.set(storage.key, { buffer, byteOffset });
		return { buffer, byteOffset };
	}
}
