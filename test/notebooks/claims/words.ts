import type { Evidence, Row } from "./evidence.js";

/** What the claims of a notebook are made of. */
export interface Claims {
	/** The file in `notebooks/`. */
	readonly notebook: string;
	/** Sentences as they must stand in it, made from what its cells show. */
	readonly made: (evidence: Evidence) => readonly string[];
	/** Parts of sentences whose numbers are no results: what is set, defined or cited. */
	readonly given: readonly string[];
}

/** A number as sentences have it: one digit after the point, or the first that counts. */
export function points(value: string | number | undefined): string {
	const number = Number(value);
	if (!Number.isFinite(number)) throw new Error(`${value} is no number`);
	const size = Math.abs(number);
	const digits = size > 1e-9 && size < 0.05 ? 1 : 0;
	const text = digits ? size.toPrecision(digits) : size.toFixed(1);
	return `${number < 0 && Number(text) > 0 ? "−" : ""}${text}`;
}

/** The bounds of a row's difference, such as `[0.5, 2.6]`; of a loss, those of the loss. */
export function bounds({ low, high }: Row, isLoss = false): string {
	const [from, to] = isLoss ? [-Number(high), -Number(low)] : [low, high];
	return `[${points(from)}, ${points(to)}]`;
}

/** The difference of a row and its bounds, such as `1.6 [0.5, 2.6]`. */
export function gain(row: Row): string {
	return `${points(row.difference)} ${bounds(row)}`;
}

/** What a row loses, as a positive number, such as `2.7 [1.1, 4.1]`. */
export function loss(row: Row): string {
	return `${points(-Number(row.difference))} ${bounds(row, true)}`;
}

/** A count as a word. */
export function word(count: number): string {
	const words = "no one two three four five six seven eight nine ten".split(
		" ",
	);
	return words[count] ?? String(count);
}

/** `a, b and c`. */
export function listed(parts: readonly string[]): string {
	return parts.join(", ").replace(/, ([^,]*)$/, " and $1");
}

/** A sentence that may only be said where something holds. */
export function where(holds: boolean, sentence: string): string {
	if (!holds) throw new Error(`no longer so: ${sentence}`);
	return sentence;
}

/** A value for each, and its mean. */
export function meanOf<T>(
	all: readonly T[],
	value: (one: T) => number,
): number {
	return all.reduce((sum, one) => sum + value(one), 0) / all.length;
}

/** Whether an interval lies above 0, below it, or holds it; whether a p-value outlasts Holm's correction. */
export const isAbove = ({ low }: Row): boolean => Number(low) > 0;
export const isBelow = ({ high }: Row): boolean => Number(high) < 0;
export const isOpen = (row: Row): boolean => !isAbove(row) && !isBelow(row);
export const stands = ({ holm }: Row): boolean => Number(holm) < 0.05;
