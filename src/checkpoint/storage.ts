import { quote } from "./error.js";
import { PersistentId, type Pickled, PythonObject } from "./pickled.js";
import {
	elementBytes as bytesPerElement,
	isCount,
	isTensorDType,
	type TensorDType,
} from "./tensor.js";
import type { Storage } from "./value.js";

const supported: Record<string, TensorDType> = {
	FloatStorage: "float32",
	DoubleStorage: "float64",
	HalfStorage: "float16",
	BFloat16Storage: "bfloat16",
	CharStorage: "int8",
	ByteStorage: "uint8",
	ShortStorage: "int16",
	IntStorage: "int32",
	LongStorage: "int64",
	BoolStorage: "bool",
	ComplexFloatStorage: "complex64",
	ComplexDoubleStorage: "complex128",
};

/** Bytes per element of storages whose elements we do not read; those of an untyped one are bytes. */
const unsupported: Record<string, number> = {
	UntypedStorage: 1,
	_UntypedStorage: 1,
	QInt8Storage: 1,
	QUInt8Storage: 1,
	QInt32Storage: 4,
	QUInt4x2Storage: 1,
	QUInt2x4Storage: 1,
};

/** The element type of a reference such as `torch.float32`; undefined for one that is not supported. */
export function torchDType(
	reference: Pickled | undefined,
): TensorDType | undefined {
	if (!(reference instanceof PythonObject)) return undefined;
	const name = reference.className.replace(/^torch\./, "");
	return isTensorDType(name) ? name : undefined;
}

/** The storages that a pickle refers to: what the first reference says of one, the others must say too. */
export class StorageTable {
	readonly #byKey = new Map<string, Storage>();
	readonly #byReference = new Map<PersistentId, Storage>();
	readonly #fail: (problem: string) => Error;

	constructor(
		references: readonly PersistentId[],
		fail: (problem: string) => Error,
	) {
		this.#fail = fail;
		for (const reference of references) {
			const { id } = reference;
			if (typeof id === "string")
				throw fail(
					"was saved with pickle protocol 0, which keeps of a storage no more than its text: torch.load cannot read it either; save it with protocol 2",
				);
			if (Array.isArray(id) && id[0] === "storage")
				this.#byReference.set(reference, this.#declare(id));
		}
	}

	get(key: string): Storage | undefined {
		return this.#byKey.get(key);
	}

	/** The storage that a reference means; throws where it means none. */
	resolve(reference: Pickled | undefined): Storage {
		const storage =
			reference instanceof PersistentId
				? this.#byReference.get(reference)
				: undefined;
		if (!storage)
			throw this.#fail("a tensor of it has no storage: the file is corrupt");
		return storage;
	}

	/** Takes up `("storage", class, key, device, count)`, in the oldest files with a view of it. */
	#declare([, type, key, , count, view]: Pickled[]): Storage {
		if (
			!(type instanceof PythonObject) ||
			typeof key !== "string" ||
			!isCount(count)
		)
			throw this.#fail(
				"a reference to a storage is malformed: the file is corrupt",
			);
		const { className } = type;
		const name = className.slice(className.lastIndexOf(".") + 1);
		const dtype = Object.hasOwn(supported, name) ? supported[name] : undefined;
		const other = Object.hasOwn(unsupported, name) ? unsupported[name] : 0;
		const elementBytes = dtype ? bytesPerElement(dtype) : (other ?? 0);
		const bytes = count * elementBytes;
		const storage = { key, type: name, dtype, elementBytes, bytes };
		const known = this.#byKey.get(key) ?? storage;
		if (known.bytes !== storage.bytes || known.dtype !== dtype)
			throw this.#fail(
				`says of storage ${quote(key)} both that it has ${known.bytes} bytes and that it has ${storage.bytes}: the file is corrupt`,
			);
		this.#byKey.set(key, known);
		return Array.isArray(view) ? this.#part(known, view) : known;
	}

	#part(storage: Storage, [key, offset, count]: Pickled[]): Storage {
		const unit = storage.elementBytes;
		if (
			typeof key !== "string" ||
			!isCount(offset) ||
			!isCount(count) ||
			(offset + count) * unit > storage.bytes
		)
			throw this.#fail(
				`a part of storage ${quote(storage.key)} lies outside it: the file is corrupt`,
			);
		const base = { storage, byteOffset: offset * unit };
		return { ...storage, bytes: count * unit, base };
	}
}
