import type { ByteStream } from "./byte-stream.js";
import { PersistentId, type Pickled, PythonObject } from "./pickled.js";

const mostMemory = 2 ** 29;
/** What each byte of a pickle may take beyond that: a list of numbers takes twelve. */
const memoryPerByte = 16;
/** A Map of JavaScript holds no more. */
const mostKept = 2 ** 24;

/** The object that protocols 0 and 1 make of its class, and of a dictionary or list that it is based on. */
function reconstructed([type, , base]: readonly Pickled[]):
	| PythonObject
	| undefined {
	if (!(type instanceof PythonObject)) return undefined;
	const object = new PythonObject(type.className, []);
	if (base instanceof Map) object.entries = base;
	if (Array.isArray(base)) object.items = base;
	return object;
}

/** The stack, the memo and the input of one pickle; every push is accounted for in estimated bytes. */
export class PickleMachine {
	readonly input: ByteStream;
	readonly #memo = new Map<number, Pickled>();
	#stack: Pickled[] = [];
	readonly #outer: Pickled[][] = [];
	readonly #references: PersistentId[];
	#memory = 0;

	constructor(input: ByteStream, references: PersistentId[]) {
		this.input = input;
		this.#references = references;
	}

	/** Accounts for memory; the estimate per element keeps a pickle that is not large below half a gigabyte. */
	claim(bytes: number): void {
		this.#memory += bytes;
		if (
			this.#memory > mostMemory &&
			this.#memory > mostMemory + memoryPerByte * this.input.position
		)
			throw this.input.fail(
				"its pickle holds more objects than a checkpoint has: it is corrupt or malicious",
			);
	}

	push(value: Pickled, bytes = 0): void {
		this.claim(bytes + 8);
		this.#stack.push(value);
	}

	pop(): Pickled {
		const value = this.#stack.pop();
		if (value === undefined) throw this.malformed("takes from an empty stack");
		return value;
	}

	/** The last values, in the order they were pushed. */
	popMany(count: number): Pickled[] {
		if (this.#stack.length < count)
			throw this.malformed("takes from an empty stack");
		return this.#stack.splice(this.#stack.length - count);
	}

	top(): Pickled {
		const value = this.#stack.at(-1);
		if (value === undefined) throw this.malformed("takes from an empty stack");
		return value;
	}

	mark(): void {
		this.claim(64);
		this.#outer.push(this.#stack);
		this.#stack = [];
	}

	/** Everything pushed since the last mark. */
	popMark(): Pickled[] {
		const items = this.#stack;
		const stack = this.#outer.pop();
		if (!stack) throw this.malformed("takes from before its first mark");
		this.#stack = stack;
		return items;
	}

	/** Drops the top, or the last mark where nothing was pushed since. */
	drop(): void {
		if (this.#stack.length > 0) this.#stack.pop();
		else this.popMark();
	}

	remember(index: number): void {
		this.claim(48);
		if (this.#memo.size === mostKept)
			throw this.malformed(`keeps more than ${mostKept} values`);
		this.#memo.set(index, this.top());
	}

	rememberNext(): void {
		this.remember(this.#memo.size);
	}

	recall(index: number): void {
		const value = this.#memo.get(index);
		if (value === undefined)
			throw this.malformed(`recalls value ${index}, which it never kept`);
		this.push(value);
	}

	/** Refers to something outside the pickle. */
	refer(id: Pickled): void {
		const reference = new PersistentId(id);
		this.#references.push(reference);
		this.push(reference, 128);
	}

	/** Writes down a call; nothing is called. */
	call(callable: Pickled, args: Pickled): void {
		// The oldest files refer to the classes of modules, with their source, as to storages.
		const outside = callable instanceof PersistentId ? callable.id : undefined;
		const named = Array.isArray(outside) ? outside[1] : callable;
		if (!(named instanceof PythonObject) || !Array.isArray(args))
			throw this.malformed("calls what is not a function");
		const made = /^copy_?reg\._reconstructor$/.test(named.className)
			? reconstructed(args)
			: undefined;
		this.push(made ?? new PythonObject(named.className, args), 128);
	}

	/** Appends to the list or set, or to the object that says it is one, on top of the stack. */
	append(items: readonly Pickled[]): void {
		const target = this.top();
		this.claim(16 * items.length);
		if (target instanceof Set) for (const item of items) target.add(item);
		else {
			if (target instanceof PythonObject) target.items ??= [];
			const list = target instanceof PythonObject ? target.items : target;
			if (!Array.isArray(list)) throw this.malformed("appends to no list");
			for (const item of items) list.push(item);
		}
	}

	/** Sets entries, keys and values by turns, of the dictionary on top of the stack. */
	assign(entries: readonly Pickled[]): void {
		const target = this.top();
		this.claim(32 * entries.length);
		if (target instanceof PythonObject) target.entries ??= new Map();
		const map = target instanceof PythonObject ? target.entries : target;
		if (!(map instanceof Map) || entries.length % 2 !== 0)
			throw this.malformed("sets entries of no dictionary");
		for (let i = 0; i < entries.length; i += 2)
			map.set(entries[i] as Pickled, entries[i + 1] as Pickled);
	}

	/** Keeps the state of the object below it. */
	build(): void {
		const state = this.pop();
		const target = this.top();
		if (target instanceof PersistentId) return;
		if (!(target instanceof PythonObject))
			throw this.malformed("sets the state of what has none");
		target.state = state;
	}

	malformed(problem: string): Error {
		return this.input.fail(
			`its pickle ${problem} near byte ${this.input.position}: the file is corrupt`,
		);
	}
}
