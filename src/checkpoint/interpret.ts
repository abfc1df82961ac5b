import { numpyArray, numpyScalar, rawBytes } from "./numpy.js";
import { PersistentId, type Pickled, PythonObject } from "./pickled.js";
import { type StorageTable, torchDType } from "./storage.js";
import {
	isCount,
	isShape,
	numbersPerElement,
	type TensorDType,
} from "./tensor.js";
import {
	isTensor,
	type Signs,
	StoredArray,
	StoredTensor,
	UnreadTensor,
	type Value,
} from "./value.js";

const deepest = 200;
/** Half of what a Map of JavaScript holds. */
const mostParts = 2 ** 23;

interface Interpreter {
	readonly storages: StorageTable;
	/** Understands a part of the object that is being understood. */
	read(part: Pickled | undefined): Value;
	claim(bytes: number): void;
	fail(problem: string): Error;
}

/** The data that a call to a known class or function means; undefined where it is not understood. */
type Meaning = (
	args: readonly Pickled[],
	object: PythonObject,
	reader: Interpreter,
) => Value | undefined;

/** The bits of a view that PyTorch saves beside its layout; throws where such a tensor has none. */
function signsOf(
	metadata: Pickled | undefined,
	dtype: TensorDType,
	reader: Interpreter,
): Signs | undefined {
	if (!(metadata instanceof Map)) return undefined;
	const neg = metadata.get("neg") === true;
	const conj = metadata.get("conj") === true;
	const isUnsigned = dtype === "bool" || dtype === "float8_e8m0fnu";
	if ((neg && isUnsigned) || (conj && numbersPerElement(dtype) === 1))
		throw reader.fail(
			`says of a tensor of ${dtype} that it is negated or conjugated: the file is corrupt`,
		);
	return neg || conj ? { neg, conj } : undefined;
}

function storedTensor(
	[storage, offset, shape, stride]: readonly Pickled[],
	reader: Interpreter,
	{
		dtype: given,
		metadata,
	}: { dtype?: Pickled | undefined; metadata?: Pickled | undefined },
): StoredTensor | UnreadTensor {
	const stored = reader.storages.resolve(storage);
	const dtype = given === undefined ? stored.dtype : torchDType(given);
	if (!dtype) {
		const type = given instanceof PythonObject ? given.className : stored.type;
		return new UnreadTensor(`of the element type ${type}`);
	}
	if (
		!isCount(offset) ||
		!isShape(shape) ||
		!Array.isArray(stride) ||
		stride.length !== shape.length ||
		!stride.every(isCount)
	)
		throw reader.fail(
			"a tensor of it has a malformed offset, shape or stride: the file is corrupt",
		);
	const signs = signsOf(metadata, dtype, reader);
	return new StoredTensor(stored, dtype, { offset, shape, stride, signs });
}

const tensor: Meaning = (args, _, reader) =>
	storedTensor(args, reader, { metadata: args[6] });

const wrapped: Meaning = ([data], _, reader) => {
	const value = reader.read(data);
	return isTensor(value) ? value : undefined;
};

/** What a tensor subclass is rebuilt from: a function and its arguments. */
const rebuilt: Meaning = ([callable, , args], _, reader) => {
	if (!(callable instanceof PythonObject && Array.isArray(args)))
		return undefined;
	const value = reader.read(new PythonObject(callable.className, args));
	return isTensor(value)
		? value
		: new UnreadTensor(`made by ${callable.className}`);
};

const sequence: Meaning = ([items], object, reader) => {
	const given = items instanceof Set ? [...items] : (items ?? []);
	if (!Array.isArray(given)) return undefined;
	const all = [...given, ...(object.items ?? [])];
	reader.claim(16 * all.length);
	return all.map((item) => reader.read(item));
};

const dictionary: Meaning = (args, object, reader) => {
	// A dictionary, or as Python 2 has it a list of pairs; what else there is, a factory say, is no item.
	const given = args.find((arg) => arg instanceof Map || Array.isArray(arg));
	const pairs =
		given instanceof Map ? [...given] : ((given ?? []) as Pickled[]);
	const map = new Map<Pickled, Pickled>();
	reader.claim(64 * pairs.length);
	for (const pair of pairs) {
		if (!Array.isArray(pair) || pair.length !== 2) return undefined;
		map.set(pair[0] as Pickled, pair[1] as Pickled);
	}
	for (const [key, value] of object.entries ?? []) map.set(key, value);
	return reader.read(map);
};

const array: Meaning = (_, { state }, reader) => {
	if (!Array.isArray(state) || state.length < 4) return undefined;
	const [data, fortran, dtype, shape] = state.toReversed();
	const { claim } = reader;
	const isFortran = fortran === true;
	const result = numpyArray({ dtype, shape, fortran: isFortran, data, claim });
	return result && new StoredArray(result);
};

const arrayFromBuffer: Meaning = ([data, dtype, shape, order], _, reader) => {
	const { claim } = reader;
	const fortran = order === "F";
	const result = numpyArray({ dtype, shape, fortran, data, claim });
	return result && new StoredArray(result);
};

const device: Meaning = ([type, index]) => {
	if (typeof type !== "string") return undefined;
	return typeof index === "number" ? `${type}:${index}` : type;
};

const bytes: Meaning = (_, object, { claim }) => rawBytes(object, claim);

const meanings: Record<string, Meaning> = {
	"torch._utils._rebuild_tensor": tensor,
	"torch._utils._rebuild_tensor_v2": tensor,
	"torch._utils._rebuild_tensor_v3": (args, _, reader) =>
		storedTensor(args, reader, { dtype: args[6] ?? null, metadata: args[7] }),
	"torch._utils._rebuild_device_tensor_from_numpy": wrapped,
	"torch._utils._rebuild_device_tensor_from_cpu_tensor": wrapped,
	"torch._utils._rebuild_xla_tensor": wrapped,
	"torch._utils._rebuild_parameter": wrapped,
	"torch._utils._rebuild_parameter_with_state": wrapped,
	"torch.nn.parameter.Parameter": wrapped,
	"torch.nn.parameter.Buffer": wrapped,
	"torch.autograd.variable.Variable": wrapped,
	"torch._tensor._rebuild_from_type": rebuilt,
	"torch._tensor._rebuild_from_type_v2": rebuilt,
	"torch.Size": sequence,
	"torch.device": device,
	"collections.OrderedDict": dictionary,
	"collections.defaultdict": dictionary,
	"collections.Counter": dictionary,
	"builtins.dict": dictionary,
	"builtins.set": sequence,
	"builtins.frozenset": sequence,
	"builtins.list": sequence,
	"builtins.tuple": sequence,
	"builtins.bytes": bytes,
	"builtins.bytearray": ([data], _, { claim }) =>
		rawBytes(data ?? new Uint8Array(0), claim),
	"_codecs.encode": bytes,
	"numpy.core.multiarray._reconstruct": array,
	"numpy.core.multiarray.scalar": ([dtype, data], _, { claim }) =>
		numpyScalar(dtype, data, claim),
	"numpy.core.numeric._frombuffer": arrayFromBuffer,
};

/** Tensors that have no plain values, by what makes them. */
const unread: Record<string, string> = {
	_rebuild_sparse_tensor: "sparse",
	_rebuild_sparse_csr_tensor: "sparse",
	_rebuild_qtensor: "quantized",
	_rebuild_nested_tensor: "nested",
	_rebuild_njt: "nested",
	_rebuild_meta_tensor_no_storage: "meta, without values",
	_rebuild_wrapper_subclass: "of a class of its own",
	UninitializedParameter: "uninitialized",
	UninitializedBuffer: "uninitialized",
};

/** Whether what is called makes a tensor, be it one that is not known. */
const makesTensor =
	/^torch\.[\w.]*\.(_rebuild_\w+|(?:Uninitialized)?(?:Parameter|Buffer)|Variable)$/;

function unreadTensor(className: string): UnreadTensor | undefined {
	const name = makesTensor.exec(className)?.[1];
	if (name === undefined) return undefined;
	const known = Object.hasOwn(unread, name) ? unread[name] : undefined;
	return new UnreadTensor(known ?? `made by ${className}`);
}

/** Python 2 and NumPy 2 have other names for the same modules. */
function meaningOf(className: string): Meaning | undefined {
	const name = className
		.replace(/^__builtin__\./, "builtins.")
		.replace(/^numpy\._core\./, "numpy.core.");
	return Object.hasOwn(meanings, name) ? meanings[name] : undefined;
}

function understood(object: PythonObject, reader: Interpreter): Value {
	if (!object.args) return torchDType(object) ? object.className : object;
	const meaning = meaningOf(object.className);
	const value = meaning?.(object.args, object, reader);
	if (value !== undefined) return value;
	const tensor = unreadTensor(object.className);
	if (tensor) return tensor;
	// A subclass of dict that is not known holds its items as a dictionary does.
	return object.entries ? reader.read(object.entries) : object;
}

/**
 * Understands what checkpoints are made of: dictionaries, lists, tensors, numbers, NumPy's and PyTorch's.
 *
 * What it does not know stays a `PythonObject`. What the pickle shares, the result shares.
 */
export function interpret(
	root: Pickled,
	context: Pick<Interpreter, "storages" | "claim" | "fail">,
): Value {
	const known = new Map<Pickled, Value>();
	let depth = 0;
	const reader: Interpreter = { ...context, read };

	function read(part: Pickled | undefined): Value {
		if (part === undefined || part === null || typeof part !== "object")
			return part ?? null;
		const seen = known.get(part);
		if (seen !== undefined) return seen;
		if (depth === deepest)
			throw context.fail(
				`is nested more than ${deepest} levels deep: it is corrupt or malicious`,
			);
		depth++;
		const value = readNew(part);
		depth--;
		if (known.size === mostParts)
			throw context.fail(`holds more than ${mostParts} objects`);
		known.set(part, value);
		return value;
	}

	function readNew(part: Exclude<Pickled, string>): Value {
		if (part instanceof Set) return [...part].map(read);
		if (Array.isArray(part)) {
			const list: Value[] = [];
			known.set(part, list);
			for (const item of part) list.push(read(item));
			return list;
		}
		if (part instanceof Map) {
			const map = new Map<Value, Value>();
			known.set(part, map);
			for (const [key, value] of part) map.set(read(key), read(value));
			return map;
		}
		if (part instanceof PersistentId) return storageItself(part);
		return part instanceof PythonObject
			? understood(part, reader)
			: (part as Value);
	}

	return read(root);
}

function storageItself({ id }: PersistentId): Value {
	const type = Array.isArray(id) ? id[1] : undefined;
	return type instanceof PythonObject ? type : new PythonObject("storage");
}
