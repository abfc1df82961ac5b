const longest = 60;

const cut = (text: string): string =>
	text.length > longest ? `${text.slice(0, longest)}...` : text;

const article = (name: string): string =>
	/^[AEIO]/.test(name) ? `an ${name}` : `a ${name}`;

/** A value in an error: as it is written, or what it is where that is long. */
export function shown(value: unknown): string {
	if (typeof value === "string") return cut(JSON.stringify(value));
	if (typeof value === "bigint") return `${value}n`;
	if (typeof value === "function")
		return value.name ? `the function ${value.name}` : "a function";
	if (typeof value !== "object" || value === null) return String(value);
	const kind = value.constructor?.name ?? "Object";
	if (!Array.isArray(value) && kind !== "Object") return article(kind);
	try {
		return cut(JSON.stringify(value));
	} catch {
		return Array.isArray(value) ? "a list" : "an object";
	}
}

/**
 * That a value is not what is expected: a `TypeError` where it is of another kind, else a `RangeError`.
 *
 * `hint` is the end of the sentence.
 */
export function unexpected(
	value: unknown,
	name: string,
	{
		expected,
		isKind = false,
		hint = "",
	}: {
		readonly expected: string;
		readonly isKind?: boolean;
		readonly hint?: string;
	},
): Error[] {
	const text = `${name} must be ${expected}, not ${shown(value)}${hint}`;
	return [isKind ? new RangeError(text) : new TypeError(text)];
}
