import { format } from "node:util";

/** One representation of a value per MIME type, ready to be sent; bytes are base64. */
export type MimeData = Record<string, unknown>;

const isJson = (type: string) => /^application\/(?:.*\+)?json$/.test(type);
const isText = (type: string) => /^text\/|\+xml$|\/javascript$/.test(type);

const kindOf = (value: unknown) =>
	value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;

/** A value as JSON has it; throws where JSON has no such value, naming what it stands in. */
export function jsonValue(value: unknown, what: string): unknown {
	let text: string | undefined;
	try {
		text = JSON.stringify(value);
	} catch (error) {
		throw new TypeError(
			`${what} cannot be written as JSON: ${(error as Error | null)?.message}`,
		);
	}
	if (text === undefined) {
		throw new TypeError(`${what} cannot be ${kindOf(value)}: JSON has none`);
	}
	return value;
}

function content(type: string, value: unknown): unknown {
	if (value instanceof Uint8Array) {
		const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
		return bytes.toString(isText(type) ? "utf8" : "base64");
	}
	if (isJson(type)) return jsonValue(value, type);
	if (typeof value === "string") return value;
	const isLines =
		Array.isArray(value) && value.every((line) => typeof line === "string");
	if (isLines) return value.join("");
	throw new TypeError(
		`${type} must be text or bytes (a Uint8Array), not ${kindOf(value)}`,
	);
}

/** Reads what a display gives: checks each representation and encodes bytes; throws what is wrong with it. */
export function mimeData(value: unknown): MimeData {
	if (typeof value !== "object" || value === null) {
		throw new TypeError(
			`a display must be an object with a representation for each MIME type, not ${format("%j", value)}`,
		);
	}
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, representation]) => representation !== undefined)
			.map(([type, representation]) => [type, content(type, representation)]),
	);
}
