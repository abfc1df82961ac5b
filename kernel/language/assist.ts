import type ts from "typescript";
import type { Content } from "../protocol/message.js";
import { toPoints, toUnits } from "./code-points.js";
import type { Compiler } from "./compiler.js";
import { splitCell } from "./magics.js";

/** Calls that leave the cell's position alone: magics are blanked out of the source first. */
function readRequest({ code, cursor_pos }: Content) {
	const text = String(code ?? "");
	const points = Number(cursor_pos ?? text.length);
	const offset = toUnits(text, points);
	const { source } = splitCell(text);
	return source.length === text.length
		? { text, source, offset }
		: { text, source: blankMagics(text), offset };
}

/** Blanks magic lines with spaces, so that offsets stay. */
function blankMagics(text: string): string {
	return text.replace(/^%.*$/gm, (line) => " ".repeat(line.length));
}

const mostMatches = 500;

/** Answers a complete_request: names that fit at the cursor, best first, with their kinds. */
export function complete(compiler: Compiler, request: Content): Content {
	const { text, source, offset } = readRequest(request);
	const found = compiler.complete(source, offset);
	const entries = found.entries
		.filter(({ name }) => !name.startsWith("$kernel"))
		.slice(0, mostMatches);
	const start = toPoints(text, found.start);
	const end = toPoints(text, found.end);
	const types = entries.map(({ name, kind }) => ({
		text: name,
		type: kind,
		start,
		end,
	}));
	return {
		status: "ok",
		matches: entries.map(({ name }) => name),
		cursor_start: start,
		cursor_end: end,
		metadata: { _jupyter_types_experimental: types },
	};
}

const join = (parts: readonly ts.SymbolDisplayPart[] | undefined) =>
	(parts ?? []).map(({ text }) => text).join("");

function tagText({ name, text }: ts.JSDocTagInfo): string {
	const content = join(text);
	const match = name === "param" ? /^(\S+)\s*(.*)$/s.exec(content) : null;
	return match
		? `- \`${match[1]}\` ${match[2]}`
		: `*@${name}* ${content}`.trimEnd();
}

/** Signature, documentation and tags as Markdown and as plain text. */
export function describe(info: ts.QuickInfo): {
	readonly "text/markdown": string;
	readonly "text/plain": string;
} {
	const signature = join(info.displayParts);
	const documentation = join(info.documentation);
	const tags = (info.tags ?? []).map(tagText);
	const code = `\`\`\`typescript\n${signature}\n\`\`\``;
	const markdown = [code, documentation, tags.join("\n")];
	const plain = [signature, documentation, tags.join("\n")];
	return {
		"text/markdown": markdown.filter((part) => part !== "").join("\n\n"),
		"text/plain": plain.filter((part) => part !== "").join("\n\n"),
	};
}

/** Answers an inspect_request with type and documentation of the name at the cursor. */
export function inspect(compiler: Compiler, request: Content): Content {
	const { source, offset } = readRequest(request);
	const info =
		compiler.inspect(source, offset) ??
		(offset > 0
			? compiler.inspect(source, beforeCall(source, offset))
			: undefined);
	return {
		status: "ok",
		found: info !== undefined,
		data: info ? describe(info) : {},
		metadata: {},
	};
}

/** From inside `f(a, |` to the `f`; otherwise one step back, onto the word before the cursor. */
function beforeCall(source: string, offset: number): number {
	let depth = 0;
	for (let i = offset - 1; i >= 0; i--) {
		if (source[i] === ")") depth++;
		if (source[i] === "(" && depth-- === 0) return i - 1;
	}
	return offset - 1;
}
