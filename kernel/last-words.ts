import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

const keptCharacters = 4000;

/** Keeps the end of what a process writes to its standard error, and passes all of it on where wanted. */
function tailOf({ stderr }: ChildProcess, isShown: boolean): () => string {
	let text = "";
	stderr?.setEncoding("utf8").on("data", (piece: string) => {
		text = (text + piece).slice(-keptCharacters);
		if (isShown) process.stderr.write(piece);
	});
	return () => text;
}

/** Why a process has ended, as far as it has said so itself. */
function reasonOf(text: string, end: string | number | null): string {
	const [, fatal] = /^FATAL ERROR: (.*)$/m.exec(text) ?? [];
	if (!fatal) return String(end);
	return /heap|memory|allocation/i.test(fatal)
		? `${end}, out of memory: ${fatal}; NODE_OPTIONS=--max-old-space-size=<megabytes> allows more`
		: `${end}: ${fatal}`;
}

/** Why a process has ended, once it has; `isShown` passes on what it writes to its standard error until then. */
export async function lastWords(
	child: ChildProcess,
	isShown: boolean,
): Promise<string> {
	const tail = tailOf(child, isShown);
	const closed = new Promise((resolve) => child.once("close", resolve));
	const end = await new Promise<string | number | null>((resolve) =>
		child.once("exit", (code, signal) => resolve(signal ?? code)),
	);
	// what it wrote last comes a little later
	await Promise.race([closed, delay(1000, undefined, { ref: false })]);
	return reasonOf(tail(), end);
}
