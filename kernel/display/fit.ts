import { inspect } from "node:util";

/** How much of a value is shown. */
export const shownItems = 40;
const shownDepth = 4;
const shownParts = 1500;

/** Stands for a part that is not looked into. */
const summary = (value: object) => ({
	[inspect.custom]: () => inspect(value, { depth: -1 }),
});

/** A copy with the first properties of an object, which says how many it leaves out. */
function firstProperties(value: object, names: readonly string[]): object {
	const copy = Object.create(Object.getPrototypeOf(value)) as object;
	for (const name of names.slice(0, shownItems)) {
		const property = Object.getOwnPropertyDescriptor(value, name);
		if (property) Object.defineProperty(copy, name, property);
	}
	const more = names.length - shownItems;
	return Object.defineProperty(copy, Symbol("not shown"), {
		value: `${more} more properties`,
		enumerable: true,
	});
}

/** Whether something can be copied by its properties: objects of the user's own, not those of the language. */
function isPlain(value: object): boolean {
	if (typeof value === "function" || value instanceof Error) return false;
	const tag = Object.prototype.toString.call(value);
	return tag === "[object Object]" && !(inspect.custom in value);
}

/**
 * A value that shows as the given one does, but of which no more is looked at than can be shown.
 *
 * Wide objects and deep structures are copied in part; what is small is the value itself.
 */
export function fit(value: unknown): unknown {
	let left = shownParts;
	const above = new Set<object>();
	const visit = (part: unknown, depth: number): unknown => {
		left--;
		if (typeof part !== "object" || part === null) return part;
		if (above.has(part) || depth > shownDepth) return part;
		if (ArrayBuffer.isView(part)) {
			left -= Math.min((part as Uint8Array).length ?? 0, shownItems);
			return left < 0 ? summary(part) : part;
		}
		if (left < 0) return summary(part);
		above.add(part);
		const fitted = copy(part, depth);
		above.delete(part);
		return fitted;
	};
	const copy = (part: object, depth: number): object => {
		if (Array.isArray(part)) {
			const items: unknown[] = [];
			for (let i = 0; i < Math.min(part.length, shownItems); i++) {
				if (i in part) items[i] = visit(part[i], depth + 1);
			}
			if (items.every((item, i) => Object.is(item, part[i]))) return part;
			// the rest of it is only counted
			items.length = part.length;
			return items;
		}
		if (part instanceof Map || part instanceof Set) {
			return fitCollection(part, (item) => visit(item, depth + 1));
		}
		if (!isPlain(part)) return part;
		const names = Object.keys(part);
		const base =
			names.length > shownItems ? firstProperties(part, names) : part;
		return fitProperties(base, (item) => visit(item, depth + 1));
	};
	return visit(value, 0);
}

function fitCollection(
	part: Map<unknown, unknown> | Set<unknown>,
	visit: (item: unknown) => unknown,
): object {
	const items: unknown[] = [];
	let isChanged = false;
	for (const item of part) {
		if (items.length === shownItems) break;
		const pair = part instanceof Map ? (item as unknown[]) : [item];
		const fitted = pair.map(visit);
		isChanged ||= fitted.some((one, i) => !Object.is(one, pair[i]));
		items.push(part instanceof Map ? fitted : fitted[0]);
	}
	if (!isChanged) return part;
	const copy =
		part instanceof Map
			? new Map(items as [unknown, unknown][])
			: new Set(items);
	const more = part.size - items.length;
	return more > 0 ? Object.assign(copy, { "not shown": `${more} more` }) : copy;
}

/** Visits the values of an object, not its getters; copies it where one is replaced. */
function fitProperties(
	part: object,
	visit: (item: unknown) => unknown,
): object {
	let copied: object | undefined;
	for (const [name, property] of Object.entries(
		Object.getOwnPropertyDescriptors(part),
	)) {
		if (!("value" in property) || !property.enumerable) continue;
		const value = visit(property.value);
		if (Object.is(value, property.value)) continue;
		copied ??= Object.create(
			Object.getPrototypeOf(part),
			Object.getOwnPropertyDescriptors(part),
		) as object;
		Object.defineProperty(copied, name, { ...property, value });
	}
	return copied ?? part;
}
