import { plainText } from "../display/plain.js";

type Variables = Readonly<Record<string, unknown>>;

function read(variables: Variables, name: string): unknown {
	try {
		return variables[name];
	} catch (error) {
		return error;
	}
}

/** What kind of value something is: `number`, `Float32Array(10)`, `Map(2)`, `function`. */
export function kindOf(value: unknown): string {
	if (value === null) return "null";
	if (typeof value !== "object") return typeof value;
	try {
		const name = Object.getPrototypeOf(value)?.constructor?.name || "Object";
		const { length, size } = value as { length?: unknown; size?: unknown };
		const hasLength = Array.isArray(value) || ArrayBuffer.isView(value);
		const hasSize = value instanceof Map || value instanceof Set;
		const count = hasLength ? length : hasSize ? size : undefined;
		return count === undefined ? name : `${name}(${count})`;
	} catch {
		return "object";
	}
}

const widest = 60;

/** A value in one short line. */
export function lineOf(value: unknown, width = widest): string {
	let text: string;
	try {
		text =
			typeof value === "function"
				? (/^[^{]*/.exec(String(value))?.[0] ?? "")
				: plainText(value, { depth: 1, maxStringLength: width });
	} catch {
		return "cannot be shown";
	}
	const line = text.replace(/\s+/g, " ").trim();
	return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}

/** The names of the notebook's variables, in columns of a line's width. */
export function namesText(variables: Variables): string {
	const names = Object.keys(variables).sort();
	return names.length === 0
		? "there are no variables\n"
		: `${names.join("  ")}\n`;
}

/** The notebook's variables with their kinds and values, one a line. */
export function variablesText(variables: Variables): string {
	const names = Object.keys(variables).sort();
	if (names.length === 0) return "there are no variables\n";
	const rows = names.map((name) => {
		const value = read(variables, name);
		return [name, kindOf(value), lineOf(value)] as const;
	});
	const width = (column: 0 | 1) =>
		Math.max(...rows.map((row) => row[column].length));
	const [first, second] = [width(0), width(1)];
	return rows
		.map(
			([name, kind, value]) =>
				`${name.padEnd(first)}  ${kind.padEnd(second)}  ${value}\n`,
		)
		.join("");
}
