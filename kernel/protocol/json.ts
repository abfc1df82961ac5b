/** A copy of a value that JSON can hold: what it cannot hold becomes a text that says what it was. */
function holdable(value: unknown, above: ReadonlySet<unknown>): unknown {
	if (typeof value === "bigint") return String(value);
	if (typeof value === "function" || typeof value === "symbol") {
		return `[${typeof value}]`;
	}
	if (typeof value !== "object" || value === null) return value;
	if (above.has(value)) return "[circular]";
	const inner = new Set(above).add(value);
	const read = (get: () => unknown) => {
		try {
			return holdable(get(), inner);
		} catch (error) {
			return `[threw ${typeof error}]`;
		}
	};
	if (Array.isArray(value)) return value.map((_, i) => read(() => value[i]));
	return Object.fromEntries(
		Object.keys(value).map((key) => [
			key,
			read(() => (value as Record<string, unknown>)[key]),
		]),
	);
}

/** The content of a message as JSON, whatever it holds: a message that is not sent would leave its client waiting. */
export function contentText(content: object): string {
	try {
		return JSON.stringify(content);
	} catch {
		return JSON.stringify(holdable(content, new Set()));
	}
}
