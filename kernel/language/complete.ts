import type ts from "typescript";
import { isMagic, magicNames, magics } from "../magics/table.js";
import type { Content } from "../protocol/message.js";
import { readRequest } from "./assist.js";
import { toPoints } from "./code-points.js";
import type { Compiler } from "./compiler.js";
import { splitCell } from "./magics.js";
import { completePath } from "./paths.js";
import { parse, typescript } from "./typescript.js";

/** One way to go on. */
interface Match {
	/** What is shown, and written by clients that know no more. */
	readonly text: string;
	readonly type: string;
	/** What is written instead, where the client can. */
	readonly insert?: string;
}

/** Ways to go on, and the part of the cell that they replace. */
interface Matches {
	readonly start: number;
	readonly end: number;
	readonly matches: readonly Match[];
}

const mostMatches = 500;
const mostImports = 20;
/** Letters of a name before packages are searched for it. */
const leastLetters = 3;

const pathMatches = (
	word: string,
	offset: number,
	folder: string,
): Matches => ({
	start: offset - word.length,
	end: offset,
	matches: completePath(word, folder).map((text) => ({ text, type: "path" })),
});

/** In a magic: its name, or a path where it takes a file or a command. */
function completeMagic(
	text: string,
	offset: number,
	{ folder }: Compiler,
): Matches | undefined {
	const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
	const before = text.slice(lineStart, offset);
	const word = /[^\s'"=:;|&<>()]*$/.exec(before)?.[0] ?? "";
	if (/^%%?\w*$/.test(before)) {
		const matches = magicNames
			.filter((name) => name.startsWith(before))
			.map((name) => ({ text: name, type: "magic" }));
		return { start: lineStart, end: offset, matches };
	}
	if (/^(!|%run\s)/.test(before)) {
		return pathMatches(word.replace(/^!/, ""), offset, folder);
	}
	const { parts } = splitCell(text.slice(0, lineStart));
	const isText = parts.some(({ magics: found }) =>
		found.some(({ name }) => isMagic(name) && magics[name].takes === "text"),
	);
	return isText ? pathMatches(word, offset, folder) : undefined;
}

/** The text between the quotes around an offset, up to it; undefined outside of strings. */
function stringBefore(source: string, offset: number): string | undefined {
	const file = parse(source);
	let found: string | undefined;
	const visit = (node: ts.Node): void => {
		if (offset <= node.getStart(file) || offset > node.end) return;
		if (typescript.isStringLiteralLike(node)) {
			const isOpen = offset < node.end || node.isUnterminated;
			if (isOpen) found = source.slice(node.getStart(file) + 1, offset);
		}
		typescript.forEachChild(node, visit);
	};
	typescript.forEachChild(file, visit);
	return found;
}

const importHead = /(?:^|\n)[ \t]*import\s+(?:type\s+)?\{([^}"'`;]*)$/;

/** In `import { na`, before there is a `from`: the names of all packages, each with its own. */
function completeImport(
	source: string,
	offset: number,
	compiler: Compiler,
): Matches | undefined {
	const [, names] = importHead.exec(source.slice(0, offset)) ?? [];
	const after = source.slice(offset);
	if (names === undefined || /^[^\n;]*\bfrom\b/.test(after)) return undefined;
	const listed = names.split(",").map((name) => name.trim());
	const word = listed.pop() ?? "";
	const all = compiler.importable();
	const matches = all.flatMap(({ name, kind, specifier }) => {
		if (!name.startsWith(word)) return [];
		const isWhole = listed.every((other) =>
			all.some((one) => one.name === other && one.specifier === specifier),
		);
		const text = `${name} } from "${specifier}"`;
		return isWhole ? [{ text, type: kind }] : [];
	});
	const closing = /^[\w$]*\s*\}?;?/.exec(after)?.[0].length ?? 0;
	const start = offset - word.length;
	return {
		start,
		end: offset + closing,
		matches: matches.slice(0, mostMatches),
	};
}

/** Names that packages export and the notebook has not imported. */
function importMatches(
	source: string,
	{ start, end }: Matches,
	{
		compiler,
		known,
	}: { readonly compiler: Compiler; readonly known: ReadonlySet<string> },
): Match[] {
	const word = source.slice(start, end);
	if (word.length < leastLetters || /[.#]\s*$/.test(source.slice(0, start))) {
		return [];
	}
	// an import can stand between statements only
	const file = parse(source);
	const isStatement = file.statements.some(
		(statement) => statement.getStart(file) === start,
	);
	const found = new Map<string, Match>();
	for (const { name, kind, specifier } of compiler.importable()) {
		if (!name.startsWith(word) || known.has(name) || found.has(name)) continue;
		const insert = `import { ${name} } from "${specifier}";\n${name}`;
		found.set(name, {
			text: name,
			type: kind,
			...(isStatement ? { insert } : {}),
		});
	}
	return [...found.values()]
		.sort((a, b) => (a.text < b.text ? -1 : 1))
		.slice(0, mostImports);
}

function completeCode(
	source: string,
	offset: number,
	compiler: Compiler,
): Matches {
	const importing = completeImport(source, offset, compiler);
	if (importing) return importing;
	const { entries, start, end, isName } = compiler.complete(source, offset);
	const names = entries.filter(({ name }) => !name.startsWith("$kernel"));
	const matches = names
		.slice(0, mostMatches)
		.map(({ name, kind }) => ({ text: name, type: kind }));
	if (matches.length === 0) {
		const path = stringBefore(source, offset);
		if (path !== undefined) return pathMatches(path, offset, compiler.folder);
	}
	if (!isName) return { start, end, matches };
	const found = { start, end: offset, matches };
	const known = new Set(matches.map(({ text }) => text));
	const more = importMatches(source, found, { compiler, known });
	return { start, end, matches: [...matches, ...more] };
}

/** Answers a complete_request: magics, paths, names that fit at the cursor, best first, and names to import. */
export function complete(compiler: Compiler, request: Content): Content {
	const { text, source, offset } = readRequest(compiler, request);
	const found =
		completeMagic(text, offset, compiler) ??
		completeCode(source, offset, compiler);
	const start = toPoints(text, found.start);
	const end = toPoints(text, found.end);
	const types = found.matches.map(({ text: name, insert = name, type }) => ({
		text: insert,
		type,
		start,
		end,
	}));
	return {
		status: "ok",
		matches: found.matches.map((match) => match.text),
		cursor_start: start,
		cursor_end: end,
		metadata: { _jupyter_types_experimental: types },
	};
}
