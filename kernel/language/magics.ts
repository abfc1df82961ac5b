import { isMagic, magics as table } from "../magics/table.js";
import { parse } from "./typescript.js";

/** A line for the kernel rather than for TypeScript, such as `%env HOME`. */
export interface Magic {
	/** `%env`; `!` for a line of the shell. */
	readonly name: string;
	readonly argument: string;
	/** The cell's code or text below a magic that takes it, and elsewhere empty lines. */
	readonly body: string;
	/** Which line of the cell it stands in, from 0. */
	readonly line: number;
}

/** Magics, and the code that stands below them. */
export interface Part {
	readonly magics: readonly Magic[];
	/** The TypeScript, all other lines of the cell empty, so that line numbers stay. */
	readonly source: string;
}

/** A cell split into what the kernel and what TypeScript understands. */
export interface SplitCell {
	/** What is run one after another; a cell without magics is one. */
	readonly parts: readonly Part[];
	/** The name in `?name` or `name?`, and whether its source is wanted too (`??`). */
	readonly help: { readonly name: string; readonly detail: 0 | 1 } | undefined;
}

/** Whether the notebook has a variable of that name. */
export type IsDeclared = (name: string) => boolean;

const magicLine = /^(%%?[A-Za-z]\w*)[ \t]*(.*?)\s*$/;
const shellLine = /^!\s*(?=[\w./~$-])(.*?)\s*$/;
const helpCell =
	/^\s*(?:(\?\??)\s*(%{0,2}[\w$.]+)|(%{0,2}[\w$.]+)\s*(\?\??))\s*;?\s*$/;

/** `!done` negates a variable that there is, else it is a command. */
function readLine(
	line: string,
	isDeclared: IsDeclared,
): Pick<Magic, "name" | "argument"> | undefined {
	const [, name, argument = ""] = magicLine.exec(line) ?? [];
	if (name !== undefined) return { name, argument };
	const [, command] = shellLine.exec(line) ?? [];
	const [first = ""] = /^[A-Za-z_$][\w$]*/.exec(command ?? "") ?? [];
	return command === undefined || isDeclared(first)
		? undefined
		: { name: "!", argument: command };
}

const isSkipped = (line: string) =>
	line.trim() === "" || line.trimStart().startsWith("//");

const takes = (name: string) => (isMagic(name) ? table[name].takes : "");

/** Lines of TypeScript as it takes them: without the `export` of declarations, which have nowhere to go. */
const withoutExports = (source: string) =>
	source.replace(
		/^export(?=[ \t]+(?:const|let|var|async|function|class|abstract|enum|type|interface|namespace)\b)/gm,
		"      ",
	);

/** Which lines below the first code are magics: those between statements that name a magic and no variable. */
function magicsBelow(
	lines: readonly string[],
	from: number,
	isDeclared: IsDeclared,
): number[] {
	const found = lines.flatMap((line, i) => {
		const name = i < from ? undefined : magicLine.exec(line)?.[1];
		const isKnown = name !== undefined && !name.startsWith("%%");
		return isKnown && isMagic(name) && !isDeclared(name.slice(1)) ? [i] : [];
	});
	if (found.length === 0) return found;
	const blank = lines.map((line, i) => (found.includes(i) ? "" : line));
	const file = parse(blank.join("\n"));
	return found.filter((i) => {
		const offset = file.getPositionOfLineAndCharacter(i, 0);
		const name = magicLine.exec(lines[i]!)![1]!.slice(1);
		const isOwn = new RegExp(`\\b${name}\\s*=[^=]`).test(blank.join("\n"));
		return (
			!isOwn &&
			!file.statements.some(
				(statement) =>
					statement.getStart(file) < offset && statement.end > offset,
			)
		);
	});
}

/** Reads the magics of a cell and the code below each. */
export function splitCell(
	cell: string,
	isDeclared: IsDeclared = () => false,
): SplitCell {
	const help = helpCell.exec(cell);
	if (help) {
		const name = help[2] ?? help[3] ?? "";
		const detail = (help[1] ?? help[4]) === "??" ? 1 : 0;
		return { parts: [], help: { name, detail } };
	}
	const lines = cell.split("\n");
	const magics: Magic[] = [];
	const keep = (from: number, to: number) =>
		lines.map((line, i) => (i >= from && i < to ? line : "")).join("\n");
	let at = 0;
	for (; at < lines.length; at++) {
		const found = readLine(lines[at]!, isDeclared);
		if (found) {
			const taken = takes(found.name);
			const isWhole = taken === "text" || taken === "code";
			const body = isWhole ? keep(at + 1, lines.length) : "";
			magics.push({ ...found, body, line: at });
			if (isWhole) return { parts: [{ magics, source: "" }], help: undefined };
		} else if (!isSkipped(lines[at]!)) break;
	}
	const below = /^%[A-Za-z]/m.test(cell)
		? magicsBelow(lines, at, isDeclared)
		: [];
	const heads = [
		magics,
		...below.map((line) => [readMagic(lines[line]!, line)]),
	];
	const parts = heads.map((head, i) => ({
		magics: head,
		source: withoutExports(
			blankHead(
				keep(i === 0 ? 0 : below[i - 1]! + 1, below[i] ?? lines.length),
				i === 0 ? magics : [],
			),
		),
	}));
	return { parts, help: undefined };
}

const readMagic = (text: string, line: number): Magic => {
	const [, name = "", argument = ""] = magicLine.exec(text) ?? [];
	return { name, argument, body: "", line };
};

function blankHead(source: string, magics: readonly Magic[]): string {
	if (magics.length === 0) return source;
	const lines = source.split("\n");
	for (const { line } of magics) lines[line] = "";
	return lines.join("\n");
}

/** A cell in which magics are blanks, but the expressions that they take, so that every offset stays. */
export function blankMagics(cell: string, isDeclared?: IsDeclared): string {
	if (!/^[%!]/m.test(cell)) return withoutExports(cell);
	const { parts, help } = splitCell(cell, isDeclared);
	if (help) return cell;
	const magics = parts.flatMap((part) => part.magics);
	const codes = [
		...parts.map(({ source }) => source.split("\n")),
		...magics
			.filter(({ name }) => takes(name) === "code")
			.map(({ body }) => body.split("\n")),
	];
	const lines = cell.split("\n").map((line, i) => {
		const magic = magics.find((magic) => magic.line === i);
		const blank = " ".repeat(line.length);
		if (!magic) return codes.find((code) => code[i])?.[i] ?? blank;
		const { name } = magic;
		return takes(name) === "expression"
			? blank.slice(0, name.length) + line.slice(name.length)
			: blank;
	});
	return lines.join("\n");
}
