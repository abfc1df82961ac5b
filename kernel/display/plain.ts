import { inspect } from "node:util";

/** A value as text, long arrays, maps and strings shortened. */
export function plainText(value: unknown): string {
	return inspect(value, {
		depth: 4,
		maxArrayLength: 40,
		maxStringLength: 2000,
		breakLength: 88,
		compact: 3,
	});
}
