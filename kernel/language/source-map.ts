import { SourceMap, type SourceMapPayload } from "node:module";

/** A place in a source text; line and column count from 1. */
export interface Position {
	readonly line: number;
	readonly column: number;
}

const kept = 50;
const read = new Map<string, SourceMap>();

/** A source map, of which the last few are kept: frames of one stack, and of like ones, need the same. */
function sourceMap(text: string): SourceMap {
	const map =
		read.get(text) ?? new SourceMap(JSON.parse(text) as SourceMapPayload);
	read.delete(text);
	read.set(text, map);
	if (read.size > kept) read.delete(read.keys().next().value as string);
	return map;
}

function origin(map: string, position: Position): Position | undefined {
	const { originalLine, originalColumn } = sourceMap(map).findEntry(
		position.line - 1,
		position.column - 1,
	) as {
		originalLine?: number;
		originalColumn?: number;
	};
	if (originalLine === undefined || originalColumn === undefined) {
		return undefined;
	}
	return { line: originalLine + 1, column: originalColumn + 1 };
}

/** Follows a position in emitted code back through source maps, the last emit first. */
export function trace(
	maps: readonly string[],
	position: Position,
): Position | undefined {
	let found: Position | undefined = position;
	for (const map of maps) {
		if (!found) return undefined;
		found = origin(map, found);
	}
	return found;
}
