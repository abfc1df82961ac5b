import type ts from "typescript";
import { describeMagic, isMagic } from "../magics/table.js";
import type { Content } from "../protocol/message.js";
import { toUnits } from "./code-points.js";
import type { Compiler } from "./compiler.js";
import { blankMagics } from "./magics.js";

/** The cell of a request, where its cursor is, and its code with blanks for magics. */
export function readRequest(compiler: Compiler, { code, cursor_pos }: Content) {
	const text = String(code ?? "");
	const points = Number(cursor_pos ?? text.length);
	const offset = toUnits(text, points);
	const source = blankMagics(text, (name) => compiler.isDeclared(name));
	return { text, source, offset };
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
	const { text, source, offset } = readRequest(compiler, request);
	const magic = magicAt(text, offset);
	if (magic) {
		return {
			status: "ok",
			found: true,
			data: describeMagic(magic),
			metadata: {},
		};
	}
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

/** The magic whose name stands at an offset. */
function magicAt(text: string, offset: number) {
	const start = text.lastIndexOf("\n", offset - 1) + 1;
	const name = /^%%?\w+/.exec(text.slice(start))?.[0] ?? "";
	return isMagic(name) && offset <= start + name.length ? name : undefined;
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
