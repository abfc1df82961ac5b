import type { Container } from "./container.js";
import { quote } from "./error.js";
import type { CheckpointFile } from "./file.js";
import { negate } from "./negate.js";
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
	readonly #storages = new Map<string, Promise<Bytes>>();
	readonly #tensors = new Map<StoredTensor, Promise<NamedTensor>>();

	constructor(file: CheckpointFile, container: Container) {
		this.#file = file;
		this.#container = container;
	}

	/** Reads a tensor: a view of its storage where it lies there contiguously, else a copy. */
	load(stored: StoredTensor, name: string): Promise<NamedTensor> {
		const known = this.#tensors.get(stored);
		if (known) return known;
		const loaded = this.#loadNew(stored, name);
		this.#tensors.set(stored, loaded);
		return loaded;
	}

	async #loadNew(
		{ storage, dtype, layout, signs }: StoredTensor,
		name: string,
	): Promise<NamedTensor> {
		const size = elementBytes(dtype);
		const { base } = storage;
		const first = base?.byteOffset ?? 0;
		const needed = reach(layout) * size;
		if (needed > storage.bytes || first % size !== 0)
			throw this.#file.error(
				`tensor ${quote(name)} needs ${needed} bytes of storage ${quote(storage.key)}, which has ${storage.bytes} from byte ${first}: the file is corrupt`,
			);
		const whole = await this.#whole(base?.storage ?? storage, dtype);
		const part = (from: number, length: number) =>
			viewAs(dtype, whole.buffer, {
				byteOffset: whole.byteOffset + first + from * size,
				length,
			});
		const { shape } = layout;
		const count = elementCount(shape);
		if (isContiguous(layout) && !signs)
			return { dtype, shape, data: part(count && layout.offset, count) };
		this.#file.claim(count * size);
		const data = gather(dtype, part(0, reach(layout)), layout);
		if (signs?.conj) negate(dtype, data, { first: 1, step: 2 });
		if (signs?.neg) negate(dtype, data);
		return { dtype, shape, data };
	}

	#whole(storage: Storage, dtype: TensorDType): Promise<Bytes> {
		const known = this.#storages.get(storage.key);
		if (known) return known;
		const read = this.#read(storage, dtype);
		this.#storages.set(storage.key, read);
		return read;
	}

	/** The bytes of a storage, in this machine's order of the bytes of each element. */
	async #read(storage: Storage, dtype: TensorDType): Promise<Bytes> {
		const bytes = await this.#container.readStorage(storage);
		const length = Math.floor(bytes.length / elementBytes(dtype));
		const buffer = bytes.buffer as ArrayBuffer;
		const { byteOffset } = bytes;
		const elements = viewAs(dtype, buffer, { byteOffset, length });
		fromByteOrder(elements, this.#container.byteOrder);
		return { buffer, byteOffset };
	}
}
