import { quote } from "./error.js";
import type { CheckpointFile } from "./file.js";
import { PythonObject, type Scalar } from "./pickled.js";
import { StoredArray, StoredTensor, type Value } from "./value.js";

const deepest = 200;
const mostEntries = 1e6;

/** What a file holds beside tensors, as plain data; what Python objects were stay `PythonObject`s. */
export type Other = Scalar | Other[] | { [key: string]: Other } | PythonObject;

export interface Split {
	/** By path: the keys that lead to a tensor, joined by `/`. */
	readonly tensors: ReadonlyMap<string, StoredTensor | StoredArray>;
	readonly other: Other;
}

function keyName(key: Value): string {
	if (key instanceof PythonObject) return key.className;
	return key === null || typeof key !== "object" ? String(key) : "(object)";
}

/** Takes the tensors out of a checkpoint: a dictionary loses them, in a list null takes their place. */
export function split(root: Value, file: CheckpointFile): Split {
	const tensors = new Map<string, StoredTensor | StoredArray>();
	let entries = 0;

	function keep(tensor: StoredTensor | StoredArray, name: string): undefined {
		file.claim(name.length);
		if (tensors.has(name))
			throw file.error(`has two tensors of the name ${quote(name)}`);
		tensors.set(name, tensor);
		return undefined;
	}

	function visit(value: Value, path: string, depth: number): Other | undefined {
		if (value instanceof StoredTensor || value instanceof StoredArray)
			return keep(value, path);
		if (!(value instanceof Map) && !Array.isArray(value)) return value;
		if (depth === deepest)
			throw file.error(
				`is nested more than ${deepest} levels deep or contains itself at ${quote(path)}`,
			);
		entries += Array.isArray(value) ? value.length : value.size;
		if (entries > mostEntries)
			throw file.error(`has more than ${mostEntries} entries`);
		const below = (key: string) => (path === "" ? key : `${path}/${key}`);
		if (Array.isArray(value))
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

	const single = root instanceof StoredTensor || root instanceof StoredArray;
	return { other: visit(root, single ? "tensor" : "", 0) ?? null, tensors };
}
