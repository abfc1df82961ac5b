import type { PythonObject, Scalar } from "./pickled.js";
import type { Layout } from "./strided.js";
import type { NamedTensor, TensorDType } from "./tensor.js";

/** The bytes that one or more tensors lie in. */
export interface Storage {
	readonly key: string;
	/** Undefined where the tensors say it, or where it is not supported. */
	readonly dtype: TensorDType | undefined;
	readonly elementBytes: number;
	/** How many bytes it should have. */
	readonly bytes: number;
	/** Where it is a part of another storage: that storage, and its first byte there. */
	readonly base?: { readonly storage: Storage; readonly byteOffset: number };
}

/** A tensor of a file whose bytes have not been read yet. */
export class StoredTensor {
	readonly storage: Storage;
	readonly dtype: TensorDType;
	readonly layout: Layout;

	constructor(storage: Storage, dtype: TensorDType, layout: Layout) {
		this.storage = storage;
		this.dtype = dtype;
		this.layout = layout;
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
	| StoredArray;
