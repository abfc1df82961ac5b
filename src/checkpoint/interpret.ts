import { numpyArray, numpyScalar, rawBytes } from "./numpy.js";
import { PersistentId, type Pickled, PythonObject } from "./pickled.js";
import { type StorageTable, torchDType } from "./storage.js";
import { isCount, isShape, type TensorDType } from "./tensor.js";
import { StoredArray, StoredTensor, type Value } from "./value.js";

const deepest = 200;

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

function storedTensor(
	[storage, offset, shape, stride]: readonly Pickled[],
	reader: Interpreter,
	given?: TensorDType,
): StoredTensor | undefined {
	const stored = reader.storages.resolve(storage);
	const dtype = given ?? stored.dtype;
	if (!dtype) return undefined;
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
	return new StoredTensor(stored, dtype, { offset, shape, stride });
}

const tensor: Meaning = (args, _, reader) => storedTensor(args, reader);

const wrapped: Meaning = ([data], _, reader) => {
	const value = reader.read(data);
	return value instanceof StoredTensor ? value : undefined;
};

/** What a tensor subclass is rebuilt from: a function and its arguments. */
const rebuilt: Meaning = ([callable, , args], _, reader) =>
	callable instanceof PythonObject && Array.isArray(args)
		? reader.read(new PythonObject(callable.className, args))
		: undefined;

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
	"torch._utils._rebuild_tensor_v3": (args, _, reader) => {
		const dtype = torchDType(args[6]);
		return dtype && storedTensor(args, reader, dtype);
	},
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
