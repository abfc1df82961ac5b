import type ts from "typescript";
import { awaits } from "../language/emit.js";
import { parse, typescript } from "../language/typescript.js";
import type { Interrupts } from "../runtime/interrupts.js";

/** How often something is run: `loops` times in each of `runs` runs. */
interface Repeats {
	/** As many as take a fifth of a second unless told otherwise. */
	readonly loops: number | undefined;
	readonly runs: number;
}

/** Reads `-n <loops> -r <runs>` off the head of an argument. */
export function readRepeats(argument: string): Repeats & {
	readonly code: string;
} {
	let [loops, runs, code] = [undefined as number | undefined, 7, argument];
	for (
		let option = /^-(\w+)[ \t]*(\S*)\s*/.exec(code);
		option;
		option = /^-(\w+)[ \t]*(\S*)\s*/.exec(code)
	) {
		const [text, name, value] = option;
		const number = Number(value);
		if ((name !== "n" && name !== "r") || !(number >= 1)) {
			throw new Error(
				`%timeit takes -n <loops> and -r <runs>, whole numbers from 1, not ${text.trim()}`,
			);
		}
		if (name === "n") loops = Math.round(number);
		else runs = Math.round(number);
		code = code.slice(text.length);
	}
	return { loops, runs, code };
}

const single = (file: ts.SourceFile): ts.Expression | undefined => {
	const [first, ...rest] = file.statements;
	return first && rest.length === 0 && typescript.isExpressionStatement(first)
		? first.expression
		: undefined;
};

/** A function of the code, whose lines, and if that can be columns, stay: one expression is what it returns. */
export function asFunction(
	code: string,
	{ line, column }: { readonly line: number; readonly column: number },
): { readonly source: string; readonly isAsync: boolean } {
	const file = parse(code);
	const isAsync = awaits(file);
	const expression = single(file);
	const [open, close] = expression ? ["(", "\n))"] : ["{", "\n})"];
	const head = `(${isAsync ? "async " : ""}() => ${open}`.padEnd(column);
	const body = expression ? code.slice(0, expression.end) : code;
	return { source: "\n".repeat(line) + head + body + close, isAsync };
}

const shortest = 200;

/** Milliseconds that each of the runs took, and how many loops each had. */
export async function measure(
	code: () => unknown,
	{
		isAsync,
		loops: given,
		runs,
		interrupts,
	}: Repeats & { readonly isAsync: boolean; readonly interrupts: Interrupts },
): Promise<{ readonly times: readonly number[]; readonly loops: number }> {
	const time = async (loops: number) => {
		const { now } = interrupts;
		const began = performance.now();
		let last: unknown;
		if (isAsync) for (let i = 0; i < loops; i++) last = await code();
		else for (let i = 0; i < loops; i++) last = code();
		const milliseconds = performance.now() - began;
		interrupts.now = now;
		interrupts.stop();
		// what came of it is used, so that it is not optimized away
		return last === time ? Number.NaN : milliseconds;
	};
	let loops = given ?? 1;
	while (given === undefined && (await time(loops)) < shortest) loops *= 10;
	const times: number[] = [];
	for (let i = 0; i < runs; i++) times.push((await time(loops)) / loops);
	return { times, loops };
}

const units = [
	["s", 1000],
	["ms", 1],
	["µs", 1e-3],
	["ns", 1e-6],
] as const;

function shown(milliseconds: number): string {
	const [unit, size] =
		units.find(([, size]) => milliseconds >= size) ?? units[3];
	return `${Number((milliseconds / size).toPrecision(3))} ${unit}`;
}

/** `12.3 µs ± 0.4 µs per loop (mean ± std. dev. of 7 runs, 10,000 loops each)` */
export function timesText(times: readonly number[], loops: number): string {
	const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
	const squares = times.map((time) => (time - mean) ** 2);
	const deviation = Math.sqrt(
		squares.reduce((sum, square) => sum + square, 0) / times.length,
	);
	const each = `${loops.toLocaleString("en-US")} loop${loops === 1 ? "" : "s each"}`;
	return `${shown(mean)} ± ${shown(deviation)} per loop (mean ± std. dev. of ${times.length} run${times.length === 1 ? "" : "s"}, ${each})\n`;
}
