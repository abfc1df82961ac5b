import { type Pickled, PythonObject } from "./pickled.js";
import { gather, rowMajor } from "./strided.js";
import {
	elementBytes,
	elementCount,
	fromByteOrder,
	isShape,
	type NamedTensor,
	numbersPerElement,
	type TensorDType,
	toFloat32,
	viewAs,
} from "./tensor.js";

const dtypes: Record<string, TensorDType> = {
	f2: "float16",
	f4: "float32",
	f8: "float64",
	c8: "complex64",
	c16: "complex128",
	i1: "int8",
	i2: "int16",
	i4: "int32",
	i8: "int64",
	u1: "uint8",
	u2: "uint16",
	u4: "uint32",
	u8: "uint64",
	b1: "bool",
};

interface ElementType {
	readonly dtype: TensorDType;
	readonly order: "LE" | "BE";
}

/** The element type that a pickled `numpy.dtype` means; undefined for strings, objects and records. */
function elementType(pickled: Pickled | undefined): ElementType | undefined {
	if (!(pickled instanceof PythonObject)) return undefined;
	const code = pickled.args?.[0];
	const dtype =
		typeof code === "string" ? dtypes[code.replace(/^[<=|>]/, "")] : undefined;
	if (!dtype) return undefined;
	const state = Array.isArray(pickled.state) ? pickled.state[1] : code;
	const big = typeof state === "string" && state.startsWith(">");
	return { dtype, order: big ? "BE" : "LE" };
}

/** Accounts for memory about to be allocated. */
type Claim = (bytes: number) => void;

/** A copy of bytes that may be pickled as text: by Python 2, or through `_codecs.encode(text, "latin1")`. */
export function rawBytes(
	pickled: Pickled | undefined,
	claim: Claim,
): Uint8Array | undefined {
	const isEncoded =
		pickled instanceof PythonObject && pickled.className === "_codecs.encode";
	const source = isEncoded ? pickled.args?.[0] : pickled;
	if (typeof source === "string" || source instanceof Uint8Array) {
		claim(2 * source.length);
		return typeof source === "string"
			? new Uint8Array(Buffer.from(source, isEncoded ? "latin1" : "utf8"))
			: new Uint8Array(source);
	}
	if (!(pickled instanceof PythonObject)) return undefined;
	// How protocol 2 writes no bytes at all.
	const empty = /^(__builtin__|builtins)\.bytes$/.test(pickled.className);
	return empty && pickled.args?.length === 0 ? new Uint8Array(0) : undefined;
}

/**
 * A tensor from the pickled parts of an array: dtype, shape, order of dimensions and bytes.
 *
 * Undefined where the parts are no array of numbers or do not fit together.
 */
export function numpyArray(parts: {
	dtype: Pickled | undefined;
	shape: Pickled | undefined;
	fortran: boolean;
	data: Pickled | undefined;
	claim: Claim;
}): NamedTensor | undefined {
	const type = elementType(parts.dtype);
	const bytes = type && rawBytes(parts.data, parts.claim);
	const shape: unknown = parts.shape;
	if (!type || !bytes || !isShape(shape)) return undefined;
	if (bytes.length !== elementCount(shape) * elementBytes(type.dtype))
		return undefined;
	const source = viewAs(type.dtype, bytes.buffer as ArrayBuffer);
	fromByteOrder(source, type.order);
	if (!parts.fortran || shape.length < 2)
		return { dtype: type.dtype, shape, data: source };
	parts.claim(source.byteLength);
	const stride = rowMajor(shape.toReversed()).reverse();
	const data = gather(type.dtype, source, { shape, stride, offset: 0 });
	return { dtype: type.dtype, shape, data };
}

/** The value of a pickled NumPy scalar; undefined where it is no number, or a complex one. */
export function numpyScalar(
	dtype: Pickled | undefined,
	data: Pickled | undefined,
	claim: Claim,
): number | bigint | boolean | undefined {
	const tensor = numpyArray({ dtype, shape: [], fortran: false, data, claim });
	if (!tensor || numbersPerElement(tensor.dtype) > 1) return undefined;
	const value = tensor.data[0] as number | bigint;
	if (tensor.dtype === "bool") return value === 1;
	if (tensor.dtype === "float16") return toFloat32(tensor)[0];
	return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
