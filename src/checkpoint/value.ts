import type { PythonObject, Scalar } from "./pickled.js";
import type { Layout } from "./strided.js";
import type { NamedTensor, TensorDType } from "./tensor.js";

/** The bytes that one or more tensors lie in. */
export interface Storage {
	readonly key: string;
	/** The name of its class, such as `FloatStorage`. */
	readonly type: string;
	/** Undefined where the tensors say it, or where it is not supported. */
	readonly dtype: TensorDType | undefined;
	/** 0 where the class is not known. */
	readonly elementBytes: number;
	/** How many bytes it should have. */
	readonly bytes: number;
	/** Where it is a part of another storage: that storage, and its first byte there. */
	readonly base?: { readonly storage: Storage; readonly byteOffset: number };
}

/** What a view changes of the numbers in its storage. */
export interface Signs {
	/** All are negated. */
	readonly neg: boolean;
	/** Imaginary parts are negated. */
	readonly conj: boolean;
}

/** A tensor of a file whose bytes have not been read yet. */
export class StoredTensor {
	readonly storage: Storage;
	readonly dtype: TensorDType;
	readonly layout: Layout;
	/** Not there where the numbers are those in the storage. */
	readonly signs: Signs | undefined;

	constructor(
		storage: Storage,
		dtype: TensorDType,
		{ signs, ...layout }: Layout & { readonly signs?: Signs | undefined },
	) {
		this.storage = storage;
		this.dtype = dtype;
		this.layout = layout;
		this.signs = signs;
	}
}

/** A tensor that has no plain values, such as a sparse one. */
export class UnreadTensor {
	/** What kind of tensor it is, such as `sparse`. */
	readonly kind: string;

	constructor(kind: string) {
		this.kind = kind;
	}
}

/** A NumPy array, whose bytes lie in the pickle itself. */
export class StoredArray {
	readonly tensor: NamedTensor;

	constructor(tensor: NamedTensor) {
		this.tensor = tensor;
	}
}

/** A pickle with the classes that checkpoints are made of understood. */
export type Value =
	| Scalar
	| Value[]
	| Map<Value, Value>
	| PythonObject
	| StoredTensor
	| StoredArray
	| UnreadTensor;

/** Whether a part of a pickle is a tensor, of whatever kind. */
export const isTensor = (
	value: Value,
): value is StoredTensor | StoredArray | UnreadTensor =>
	value instanceof StoredTensor ||
	value instanceof StoredArray ||
	value instanceof UnreadTensor;
