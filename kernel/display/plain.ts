import { type InspectOptions, inspect } from "node:util";
import { fit, shownItems } from "./fit.js";

const longest = 50_000;

/** A text, its end left out where it is very long. */
export const shorten = (text: string, length = longest) =>
	text.length > length
		? `${text.slice(0, length)}… ${text.length - length} more characters`
		: text;

/** A value as text: long arrays, maps, objects and strings shortened, so that it takes no time whatever the value. */
export function plainText(
	value: unknown,
	options: InspectOptions = {},
): string {
	const text = inspect(fit(value), {
		depth: 4,
		maxArrayLength: shownItems,
		maxStringLength: 2000,
		breakLength: 88,
		compact: 3,
		...options,
	});
	return shorten(text);
}
