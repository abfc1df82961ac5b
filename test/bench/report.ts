import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

const mostMilliseconds = 1_200_000;

/** The middle number, or the mean of the two. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	const upper = sorted[middle] as number;
	return sorted.length % 2 === 1
		? upper
		: (upper + (sorted[middle - 1] as number)) / 2;
}

/** Runs a program that prints JSON on its last line; undefined where it fails. */
export function runJson<Result>(
	program: string,
	args: readonly (string | number | URL)[],
): Result | undefined {
	const words = args.map((arg) =>
		arg instanceof URL ? fileURLToPath(arg) : String(arg),
	);
	const { status, stdout } = spawnSync(program, words, {
		encoding: "utf8",
		maxBuffer: 2 ** 28,
		timeout: mostMilliseconds,
	});
	if (status !== 0) return undefined;
	return JSON.parse(stdout.trim().split("\n").at(-1) as string) as Result;
}

const runs = (program: string, code: string): boolean =>
	spawnSync(program, ["-c", code], { timeout: mostMilliseconds }).status === 0;

/** A Python that can import the modules: `PYTHON`, `python3` or Debian's; undefined where there is none. */
export function pythonWith(...modules: string[]): string | undefined {
	const candidates = [process.env.PYTHON, "python3", "/usr/bin/python3"];
	return candidates.find(
		(program) => program && runs(program, `import ${modules.join(", ")}`),
	);
}

/** Rows of cells as a Markdown table; the first row is the head. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
	const [head = [], ...rest] = rows;
	const lines = [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...rest];
	return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The heading of a report: what, when and on which machine. */
export function heading(
	title: string,
	versions: Record<string, string>,
): string {
	const date = new Date().toISOString().slice(0, 10);
	const processors = cpus();
	const machine = `${processors[0]?.model.trim()}, ${processors.length} threads`;
	const software = Object.entries({ Node: process.versions.node, ...versions })
		.map(([name, version]) => `${name} ${version}`)
		.join(", ");
	return `## ${title}\n\n${date}; ${machine}; ${software}\n`;
}

/** Writes to standard output, which is what a benchmark is for. */
export function print(text: string): void {
	process.stdout.write(`${text}\n`);
}
