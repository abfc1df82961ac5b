import { Tensor } from "@tensorflow/tfjs";
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
	readonly tensors: Tensor[];
	readonly hostValues: HostValue<unknown>[];
}

/**
 * Takes the tensors and host values out of nested arrays and plain objects, in order.
 *
 * Numbers, strings, booleans, null and undefined stay in the structure; anything else throws.
 */
export function flatten(value: unknown): Flattened {
	const tensors: Tensor[] = [];
	const hostValues: HostValue<unknown>[] = [];
	const visit = (item: unknown): Structure => {
		if (item instanceof Tensor) {
			tensors.push(item);
			return { tensor: tensors.length - 1 };
		}
		if (item instanceof HostValue) {
			hostValues.push(item);
			return { host: hostValues.length - 1 };
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
	return { structure: visit(value), tensors, hostValues };
}

/** Puts tensors and host values back where `flatten` found them. */
export function rebuild({
	structure,
	tensors,
	hostValues,
}: Readonly<Flattened>): unknown {
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
