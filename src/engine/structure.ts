import { Tensor, Variable } from "@tensorflow/tfjs";
import { HostValue } from "./host-value.js";

/** A value with its tensors and host values taken out: what is left says where they go back. */
export type Structure =
	| { readonly tensor: number }
	| { readonly host: number }
	| { readonly list: readonly Structure[] }
	| { readonly fields: readonly (readonly [string, Structure])[] }
	| { readonly plain: unknown };

/** What `flatten` finds. */
export interface Flattened {
	readonly structure: Structure;
	/** Each tensor once, however often it occurs. */
	readonly tensors: Tensor[];
	/** Each host value once. */
	readonly hostValues: HostValue<unknown>[];
	/**
	 * Equal for two values where a function cannot tell them apart but by the elements of tensors and the
	 * content of host values.
	 */
	readonly key: string;
}

const accepted =
	"tensors, variables, numbers, strings and booleans, and arrays and plain objects of them";
const advice =
	"pass what the graph needs of it, or, where onHost() alone reads it, a HostValue of it";
// Deeper than this is a value that contains itself.
const deepest = 100;

/** Writes the structure and the key of one value. */
class Flattening {
	readonly tensors: Tensor[] = [];
	readonly hostValues: HostValue<unknown>[] = [];
	key = "";
	readonly #places = new Map<object, number>();
	readonly #path: (string | number)[] = [];

	/** `root` names the value in errors; variables stay in the structure where they are arguments. */
	constructor(
		private readonly root: string,
		private readonly keepsVariables: boolean,
	) {}

	visit(item: unknown): Structure {
		if (typeof item === "object" && item !== null) return this.#object(item);
		if (typeof item === "function" || typeof item === "symbol")
			throw this.#refusal(`a ${typeof item}`);
		this.key += this.#plainKey(item);
		return { plain: item };
	}

	#plainKey(item: unknown): string {
		if (typeof item === "string") return JSON.stringify(item);
		if (typeof item === "bigint") return `${item}n`;
		return Object.is(item, -0) ? "-0" : String(item);
	}

	#object(item: object): Structure {
		if (item instanceof Tensor) {
			if (item instanceof Variable && this.keepsVariables) {
				this.key += `variable ${item.id}`;
				return { plain: item };
			}
			const { dtype, shape } = item;
			const tensor = this.#place(item, this.tensors);
			this.key += `tensor ${tensor} ${dtype}[${shape}]`;
			return { tensor };
		}
		if (item instanceof HostValue) {
			const host = this.#place(item, this.hostValues);
			this.key += `host ${host}`;
			return { host };
		}
		if (this.#path.length > deepest)
			throw this.#refusal("a value that contains itself, or one as deep");
		return Array.isArray(item) ? this.#list(item) : this.#fields(item);
	}

	#place<Item extends object>(item: Item, found: Item[]): number {
		const known = this.#places.get(item);
		if (known !== undefined) return known;
		this.#places.set(item, found.length);
		return found.push(item) - 1;
	}

	#list(item: readonly unknown[]): Structure {
		if (Object.getPrototypeOf(item) !== Array.prototype)
			throw this.#refusal(item.constructor?.name);
		// Holes stay holes.
		const list = new Array<Structure>(item.length);
		let names = 0;
		this.key += "[";
		for (let i = 0; i < item.length; i++) {
			if (i in item) {
				list[i] = this.#inside(i, item[i]);
				names++;
			}
			this.key += ",";
		}
		if (Object.keys(item).length > names)
			throw this.#refusal("an array with properties");
		this.key += "]";
		return { list };
	}

	#fields(item: object): Structure {
		const prototype: unknown = Object.getPrototypeOf(item);
		if (prototype !== Object.prototype && prototype !== null)
			throw this.#refusal(item.constructor?.name ?? "an object with parents");
		if (Object.getOwnPropertySymbols(item).length > 0)
			throw this.#refusal("an object with symbols for names");
		const fields: [string, Structure][] = [];
		this.key += "{";
		for (const [name, field] of Object.entries(item)) {
			this.key += `${JSON.stringify(name)}:`;
			fields.push([name, this.#inside(name, field)]);
			this.key += ",";
		}
		this.key += "}";
		return { fields };
	}

	#inside(name: string | number, item: unknown): Structure {
		this.#path.push(name);
		const structure = this.visit(item);
		this.#path.pop();
		return structure;
	}

	#refusal(what: string): Error {
		const place = this.#path
			.slice(0, 8)
			.map((name) => (typeof name === "number" ? `[${name}]` : `.${name}`));
		return new Error(
			`a compiled function takes and returns ${accepted}, not ${what} (${this.root}${place.join("")}): ${advice}`,
		);
	}
}

/**
 * Takes the tensors and host values out of the arguments of a compiled function.
 *
 * Variables, numbers, strings, booleans, null and undefined stay in the structure and are part of the
 * key; anything else throws.
 */
export function flattenArguments(args: readonly unknown[]): Flattened {
	const made = new Flattening("arguments", true);
	const structure = made.visit(args);
	const { tensors, hostValues, key } = made;
	return { structure, tensors, hostValues, key };
}

/** Takes the tensors, variables among them, out of what a compiled function returns. */
export function flattenResult(result: unknown): Flattened {
	const made = new Flattening("result", false);
	const structure = made.visit(result);
	const { tensors, hostValues, key } = made;
	return { structure, tensors, hostValues, key };
}

/** Puts tensors and host values back where they were found. */
export function rebuild({
	structure,
	tensors,
	hostValues,
}: Readonly<Omit<Flattened, "key">>): unknown {
	const visit = (part: Structure): unknown => {
		if ("tensor" in part) return tensors[part.tensor];
		if ("host" in part) return hostValues[part.host];
		if ("list" in part) return part.list.map(visit);
		if ("fields" in part) {
			return Object.fromEntries(
				part.fields.map(([name, field]) => [name, visit(field)]),
			);
		}
		return part.plain;
	};
	return visit(structure);
}
