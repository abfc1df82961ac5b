import type { CodeSource } from "../own.js";
import { corruptionOf } from "./built-in.js";
import type {
	AnyCorruption,
	Corruption,
	CorruptionName,
} from "./corruption.js";
import { isBuiltIn, isCorruption, withSource } from "./define-corruption.js";

/** Where a thread finds a corruption that has no built-in name, and which one it is. */
interface Address {
	readonly source: CodeSource;
	readonly name: string;
	/** Left out where this package holds it. */
	readonly code?: string;
}

/** A corruption as threads are told of it; one that they cannot find is for the main thread. */
export type SentCorruption =
	| CorruptionName
	| Address
	| { readonly here: AnyCorruption };

/** How threads are told of a corruption: by the name of a built-in one, else by where it is. */
export function sent(corruption: AnyCorruption): SentCorruption {
	if (isBuiltIn(corruption)) return corruption;
	if (!isCorruption(corruption)) return { here: corruption };
	const { name, code, source } = corruption;
	if (isBuiltIn(name) && code === undefined) return name;
	if (!source) return { here: corruption };
	return { source, name, ...(code !== undefined && { code }) };
}

/** Whether no thread can find a corruption. */
export const isForHere = (
	told: SentCorruption,
): told is { readonly here: AnyCorruption } =>
	typeof told === "object" && "here" in told;

/** The corruption that a module exports under a name, which threads find there again. */
export async function loadCorruption(source: CodeSource): Promise<Corruption> {
	const { module, name } = source;
	const found = ((await import(module)) as Record<string, unknown>)[name];
	if (isCorruption(found)) return withSource(found, source);
	throw new Error(
		`${module} exports no corruption "${name}" as defineCorruption makes it`,
	);
}

/** The corruption that was told of; throws where its module has another one now. */
export async function findCorruption(
	told: SentCorruption,
): Promise<Corruption> {
	if (typeof told === "string") return corruptionOf(told);
	if (isForHere(told)) return corruptionOf(told.here);
	const { source, name, code } = told;
	const found = await loadCorruption(source);
	if (found.name === name && found.code === code) return found;
	throw new Error(
		`${source.module} exports another "${source.name}" than the corruption ${name} that was given: the \`source\` of a corruption names the export that it is`,
	);
}
