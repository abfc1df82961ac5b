import { createHash } from "node:crypto";

/** Whether a value is an object of keys and values, as JSON has them, and no list. */
export const isPlain = (
	value: unknown,
): value is Readonly<Record<string, unknown>> =>
	typeof value === "object" &&
	value !== null &&
	[Object.prototype, null].includes(Object.getPrototypeOf(value));

/** Says what of some content JSON would lose or change, such as a function or NaN. */
function unsayable(value: unknown): string | undefined {
	if (value === null) return;
	if (typeof value === "number")
		return Number.isFinite(value) ? undefined : `the number ${value}`;
	if (typeof value === "string" || typeof value === "boolean") return;
	if (typeof value !== "object") return `a ${typeof value}`;
	if (Array.isArray(value) || isPlain(value)) return;
	return `a ${value.constructor?.name ?? "strange object"}`;
}

function canon(value: unknown, path: string): unknown {
	const problem = unsayable(value);
	if (problem !== undefined)
		throw new TypeError(
			`${path === "" ? "the content" : path} is ${problem}, by which nothing can be called: ids are made of text, finite numbers, true, false, null, lists and plain objects`,
		);
	if (typeof value !== "object" || value === null) return value;
	const at = (key: string) => (path === "" ? key : `${path}.${key}`);
	if (Array.isArray(value))
		return value.map((item, i) => canon(item, at(String(i))));
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, item]) => item !== undefined)
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([key, item]) => [key, canon(item, at(key))]),
	);
}

/**
 * The same text for the same content, whatever the order in which it was written; what is undefined counts
 * as left out.
 *
 * Throws, naming the place, for what JSON would lose or change: functions, NaN, infinities, dates, maps,
 * typed arrays and the like.
 */
export const canonical = (content: unknown): string =>
	JSON.stringify(canon(content, ""));

/** The first eight digits of the hash of some content. */
export const shortHash = (content: unknown): string =>
	createHash("sha256").update(canonical(content)).digest("hex").slice(0, 8);
