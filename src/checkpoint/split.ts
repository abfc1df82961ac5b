import { quote } from "./error.js";
import type { CheckpointFile } from "./file.js";
import { PythonObject, type Scalar } from "./pickled.js";
import {
	isTensor,
	type StoredArray,
	type StoredTensor,
	UnreadTensor,
	type Value,
} from "./value.js";

const deepest = 200;
const mostEntries = 1e6;

/**
 * What a file holds beside tensors, as plain data; what Python objects were stay `PythonObject`s, as do lists
 * and dictionaries without tensors beyond the first million entries, of which nothing else is kept.
 */
export type Other = Scalar | Other[] | { [key: string]: Other } | PythonObject;

/** A tensor of a file of `torch.save` that can be read. */
export type Readable = StoredTensor | StoredArray;

export interface Split {
	/** By path: the keys that lead to a tensor, joined by `/`. */
	readonly tensors: ReadonlyMap<string, Readable>;
	/** Of what kind the other tensors are, by path. */
	readonly unread: ReadonlyMap<string, string>;
	readonly other: Other;
}

type Collection = Map<Value, Value> | Value[];

const isCollection = (value: Value): value is Collection =>
	value instanceof Map || Array.isArray(value);

/** Tells collections with tensors somewhere in them from others; looks into each only once. */
function tensorFinder(): (value: Value) => boolean {
	const known = new Map<Value, boolean>();
	return function holds(value: Value): boolean {
		if (!isCollection(value)) return isTensor(value);
		const seen = known.get(value);
		if (seen !== undefined) return seen;
		known.set(value, false);
		for (const item of value.values()) {
			if (!holds(item)) continue;
			known.set(value, true);
			return true;
		}
		return false;
	};
}

function keyName(key: Value): string {
	if (key instanceof PythonObject) return key.className;
	return key === null || typeof key !== "object" ? String(key) : "(object)";
}

/** Takes the tensors out of a checkpoint: a dictionary loses them, in a list null takes their place. */
export function split(root: Value, file: CheckpointFile): Split {
	const tensors = new Map<string, Readable>();
	const unread = new Map<string, string>();
	const holdsTensors = tensorFinder();
	let entries = 0;
	let otherEntries = 0;

	function keep(tensor: Readable | UnreadTensor, name: string): undefined {
		file.claim(name.length);
		if (tensors.delete(name) || unread.has(name))
			unread.set(name, "one of several of this name");
		else if (tensor instanceof UnreadTensor) unread.set(name, tensor.kind);
		else tensors.set(name, tensor);
		return undefined;
	}

	/** Counts the entries of a collection; whether it is passed over. */
	function isTooMuch(value: Collection): boolean {
		const size = Array.isArray(value) ? value.length : value.size;
		if (holdsTensors(value)) {
			entries += size;
			if (entries <= mostEntries) return false;
			throw file.error(
				`has more than ${mostEntries} entries beside its tensors`,
			);
		}
		if (otherEntries + size > mostEntries) return true;
		otherEntries += size;
		return false;
	}

	function visit(value: Value, path: string, depth: number): Other | undefined {
		if (isTensor(value)) return keep(value, path);
		if (!isCollection(value)) return value;
		if (depth === deepest)
			throw file.error(
				`is nested more than ${deepest} levels deep or contains itself at ${quote(path)}`,
			);
		const isList = Array.isArray(value);
		if (isTooMuch(value))
			return new PythonObject(isList ? "builtins.list" : "builtins.dict");
		const below = (key: string) => (path === "" ? key : `${path}/${key}`);
		if (isList)
			return value.map(
				(item, i) => visit(item, below(String(i)), depth + 1) ?? null,
			);
		const rest: [string, Other][] = [];
		for (const [key, item] of value) {
			const name = keyName(key);
			const other = visit(item, below(name), depth + 1);
			if (other !== undefined) rest.push([name, other]);
		}
		return Object.fromEntries(rest);
	}

	const other = visit(root, isTensor(root) ? "tensor" : "", 0) ?? null;
	return { tensors, unread, other };
}
