import { Tensor } from "@tensorflow/tfjs";

/** A value with its tensors taken out: what is left says where they go back. */
export type Structure =
	| { readonly tensor: number }
	| { readonly list: readonly Structure[] }
	| { readonly fields: readonly (readonly [string, Structure])[] }
	| { readonly plain: unknown };

/**
 * Takes the tensors out of nested arrays and plain objects, in order.
 *
 * Numbers, strings, booleans, null and undefined stay in the structure; anything else throws.
 */
export function flatten(value: unknown): {
	structure: Structure;
	tensors: Tensor[];
} {
	const tensors: Tensor[] = [];
	const visit = (item: unknown): Structure => {
		if (item instanceof Tensor) {
			tensors.push(item);
			return { tensor: tensors.length - 1 };
		}
		if (Array.isArray(item)) return { list: item.map(visit) };
		if (item !== null && typeof item === "object") {
			const prototype: unknown = Object.getPrototypeOf(item);
			if (prototype !== Object.prototype && prototype !== null) {
				throw new Error(
					`a compiled function takes and returns tensors, numbers, strings and booleans, and arrays and plain objects of them, not ${item.constructor.name}`,
				);
			}
			return {
				fields: Object.entries(item).map(
					([name, field]) => [name, visit(field)] as const,
				),
			};
		}
		if (typeof item === "function" || typeof item === "symbol") {
			throw new Error(
				`a compiled function cannot take or return a ${typeof item}`,
			);
		}
		return { plain: item };
	};
	return { structure: visit(value), tensors };
}

/** Puts tensors back where `flatten` found them. */
export function rebuild(
	structure: Structure,
	tensors: readonly Tensor[],
): unknown {
	if ("tensor" in structure) return tensors[structure.tensor];
	if ("list" in structure)
		return structure.list.map((item) => rebuild(item, tensors));
	if ("fields" in structure) {
		return Object.fromEntries(
			structure.fields.map(([name, field]) => [name, rebuild(field, tensors)]),
		);
	}
	return structure.plain;
}
