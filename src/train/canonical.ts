import { createHash } from "node:crypto";

/** The same text for the same content, whatever the order in which it was written. */
export function canonical(content: unknown): string {
	return JSON.stringify(content, (_, value: unknown) => {
		const isRecord =
			typeof value === "object" && value !== null && !Array.isArray(value);
		if (!isRecord) return value;
		return Object.fromEntries(
			Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)),
		);
	});
}

/** The first eight digits of the hash of some content. */
export const shortHash = (content: unknown): string =>
	createHash("sha256").update(canonical(content)).digest("hex").slice(0, 8);
