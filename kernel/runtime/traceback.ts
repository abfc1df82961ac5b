import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { plainText, shorten } from "../display/plain.js";
import type { Diagnostic } from "../language/diagnostics.js";
import { type Position, trace } from "../language/source-map.js";
import { type Cell, cellOf, positionInCell } from "./cell.js";
import { rawStack } from "./stack.js";

/** An error as the Jupyter protocol carries it. */
export interface Failure {
	readonly ename: string;
	readonly evalue: string;
	/** Lines with ANSI colors, innermost frame first. */
	readonly traceback: readonly string[];
}

/** One frame of a stack, as its reader knows it. */
export interface Frame {
	readonly name: string;
	readonly place: string;
	readonly source?: string;
	readonly line: number;
	readonly isCell: boolean;
}

const red = (text: string) => `\x1b[31m${text}\x1b[39m`;
const green = (text: string) => `\x1b[32m${text}\x1b[39m`;
const dim = (text: string) => `\x1b[2m${text}\x1b[22m`;

const kernelFolder = fileURLToPath(new URL("..", import.meta.url));
const framePattern = /^\s+at (?:(.*?) \()?(.+?):(\d+):(\d+)\)?$/;
const shownFrames = 12;
const around = 2;

/** Source lines around one, the line itself marked, with a caret below when a column is given. */
export function excerpt(
	source: string,
	{ line, column }: { readonly line: number; readonly column?: number },
): string[] {
	const lines = source.split("\n");
	const first = Math.max(1, line - around);
	const last = Math.min(lines.length, line + around);
	const width = String(last).length;
	const shown: string[] = [];
	for (let i = first; i <= last; i++) {
		const text = lines[i - 1] ?? "";
		const number = String(i).padStart(width);
		shown.push(
			i === line
				? `${red("---->")} ${green(number)} ${text}`
				: `      ${dim(number)} ${text}`,
		);
		if (i !== line || column === undefined) continue;
		const indent = text.slice(0, column - 1).replace(/[^\t]/g, " ");
		shown.push(`      ${" ".repeat(width)} ${indent}${red("^")}`);
	}
	return shown;
}

function readText(path: string): string | undefined {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return undefined;
	}
}

function localFrame(
	name: string,
	path: string,
	{ position, maps }: { position: Position; maps: readonly string[] },
): Frame | undefined {
	const found = trace(maps, position);
	if (!found) return undefined;
	const shown = relative(process.cwd(), path);
	const place = `${shown}:${found.line}:${found.column}`;
	const source = readText(path);
	const { line } = found;
	return { name, place, line, isCell: false, ...(source ? { source } : {}) };
}

/** Names in compiled code that mean nothing to the reader. */
function readableName(name: string): string {
	return name
		.replace(/^async /, "")
		.replace(/^(Object|exports)\./, "")
		.replace(/^<anonymous>$/, "");
}

/** Reads the stack frames of an error that lie in cells, local modules and packages. */
export function readFrames(
	stack: string,
	mapsOf: (path: string) => readonly string[] | undefined,
): Frame[] {
	const frames: Frame[] = [];
	for (const text of stack.split("\n")) {
		const match = framePattern.exec(text);
		if (!match) continue;
		const [, rawName = "", rawFile = "", line, column] = match;
		const name = readableName(rawName);
		const file = rawFile.replace(/^async /, "").replace(/^file:\/\//, "");
		if (file.startsWith("node:") || file.startsWith(kernelFolder)) continue;
		const position = { line: Number(line), column: Number(column) };
		const cell = cellOf(file);
		const maps = cell ? undefined : mapsOf(file);
		if (cell) {
			const found = positionInCell(cell, position);
			if (!found) continue;
			const place = `${cell.label}:${found.line}:${found.column}`;
			const { source } = cell;
			frames.push({ name, place, source, line: found.line, isCell: true });
		} else if (maps) {
			const frame = localFrame(name, file, { position, maps });
			if (frame) frames.push(frame);
		} else {
			const place = `${file}:${line}:${column}`;
			frames.push({ name, place, line: position.line, isCell: false });
		}
	}
	return frames;
}

function showFrames(frames: readonly Frame[]): string[] {
	const lines: string[] = [];
	const quoted = frames.findIndex(({ source }) => source !== undefined);
	for (const [i, frame] of frames.slice(0, shownFrames).entries()) {
		const where =
			frame.isCell || frame.source ? green(frame.place) : frame.place;
		lines.push(`    at ${frame.name ? `${frame.name} (${where})` : where}`);
		if (i === quoted || (frame.isCell && frame.source)) {
			lines.push(...excerpt(frame.source ?? "", frame));
		}
	}
	const hidden = frames.length - shownFrames;
	if (hidden > 0) lines.push(dim(`    ... ${hidden} more frames`));
	return lines;
}

/** Reads something of a thrown value, any part of which may throw in turn. */
function read(get: () => unknown, fallback = ""): string {
	try {
		const value = get();
		return value === undefined ? fallback : shorten(String(value));
	} catch {
		return fallback;
	}
}

const describe = (error: Error) => ({
	name: read(() => error.name || error.constructor?.name, "Error") || "Error",
	message: read(() => error.message),
});

/** A thrown value that is no error, as text. */
function valueText(value: unknown): string {
	try {
		return typeof value === "string" ? shorten(value) : plainText(value);
	} catch {
		return `${typeof value} that cannot be shown`;
	}
}

/** What an error names as its cause, its getter's own errors included. */
function causeOf(error: Error): unknown {
	try {
		return error.cause;
	} catch (thrown) {
		return thrown;
	}
}

function showError(
	error: Error,
	mapsOf: (path: string) => readonly string[] | undefined,
	depth = 0,
): string[] {
	const { name, message } = describe(error);
	const lines = [
		`${red(name)}: ${message}`,
		...showFrames(
			readFrames(
				read(() => rawStack(error)),
				mapsOf,
			),
		),
	];
	if (depth >= 5) return lines;
	const cause = causeOf(error);
	if (isError(cause)) {
		const [first = "", ...rest] = showError(cause, mapsOf, depth + 1);
		lines.push("", `Caused by ${first}`, ...rest);
	} else if (cause !== undefined) {
		lines.push("", `Caused by ${valueText(cause)}`);
	}
	if (error instanceof AggregateError && Array.isArray(error.errors)) {
		for (const inner of error.errors.slice(0, 5)) {
			const shown = isError(inner)
				? showError(inner, mapsOf, depth + 1)
				: [valueText(inner)];
			lines.push(...shown.map((line) => `  ${line}`));
		}
	}
	return lines;
}

function isError(value: unknown): value is Error {
	try {
		return (
			value instanceof Error ||
			(typeof value === "object" &&
				value !== null &&
				Object.prototype.toString.call(value) === "[object Error]")
		);
	} catch {
		return false;
	}
}

/** What a thrown value looks like to the reader: name, message and the frames in TypeScript. */
export function failureOf(
	thrown: unknown,
	mapsOf: (path: string) => readonly string[] | undefined,
): Failure {
	if (!isError(thrown)) {
		const evalue = valueText(thrown);
		const line = `${red("Thrown")}: ${evalue}`;
		return { ename: "Thrown", evalue, traceback: [line] };
	}
	const { name, message } = describe(thrown);
	try {
		const traceback = showError(thrown, mapsOf);
		return { ename: name, evalue: message, traceback };
	} catch {
		const traceback = [`${red(name)}: ${message}`];
		return { ename: name, evalue: message, traceback };
	}
}

/** What the type checker says about a cell or a local module it imports. */
export function failureOfDiagnostics(
	diagnostics: readonly Diagnostic[],
	cell: Cell,
): Failure {
	const traceback = diagnostics.flatMap((diagnostic) => {
		const { start, fileName, messageText, code } = diagnostic;
		const line = start.line + 1;
		const column = start.character + 1;
		const source = fileName ? readText(fileName) : cell.source;
		const place = green(`${fileName ?? cell.label}:${line}:${column}`);
		return [
			`${place} ${red(messageText)} ${dim(`(TS${code})`)}`,
			...(source ? excerpt(source, { line, column }) : []),
		];
	});
	const [first] = diagnostics;
	const position = first ? `${first.start.line + 1}:` : "";
	const evalue = `${first?.fileName ?? cell.label}:${position} ${first?.messageText}`;
	return { ename: "TypeScriptError", evalue, traceback };
}
