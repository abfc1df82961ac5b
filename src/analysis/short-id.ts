/** Whether a text is the id of a run: words, and a hash of eight digits at the end. */
export const isRunId = (text: unknown): boolean =>
	typeof text === "string" &&
	text.length > 20 &&
	/^[\w.+-]+-[\da-f]{8}$/.test(text);

/** Whether a text is a hash. */
export const isHash = (text: unknown): boolean =>
	typeof text === "string" && /^(?=.*\d)[\da-f]{8,}$/.test(text);

/** A run's id, or a long hash, as short as it still tells one from another. */
export function shortId(text: string): string {
	if (isRunId(text)) return `…${text.slice(-8)}`;
	return isHash(text) && text.length > 16 ? `${text.slice(0, 12)}…` : text;
}
