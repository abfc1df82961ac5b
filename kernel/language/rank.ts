import type ts from "typescript";

/** Entries that fit the word at the cursor, and where that word stands. */
export interface Completions {
	readonly start: number;
	readonly end: number;
	readonly entries: readonly ts.CompletionEntry[];
}

/** Puts the entries first that begin as the word at the cursor does, then those that hold it. */
export function rank(
	source: string,
	offset: number,
	entries: readonly ts.CompletionEntry[],
): Completions {
	const before =
		/[\p{ID_Continue}$]*$/u.exec(source.slice(0, offset))?.[0] ?? "";
	const after = /^[\p{ID_Continue}$]*/u.exec(source.slice(offset))?.[0] ?? "";
	const word = before + after;
	const lower = word.toLowerCase();
	const placeOf = ({ name }: ts.CompletionEntry) =>
		name.startsWith(word)
			? 0
			: name.toLowerCase().startsWith(lower)
				? 1
				: name.toLowerCase().includes(lower)
					? 2
					: 3;
	const ranked = entries
		.map((entry) => ({ entry, place: placeOf(entry) }))
		.filter(({ place }) => place < 3)
		.sort(
			(a, b) =>
				a.place - b.place ||
				compare(a.entry.sortText, b.entry.sortText) ||
				compare(a.entry.name, b.entry.name),
		)
		.map(({ entry }) => entry);
	const start = offset - before.length;
	return { start, end: offset + after.length, entries: ranked };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
