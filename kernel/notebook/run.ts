#!/usr/bin/env node
/** `robust-transfer-notebook run in.ipynb`: executes a notebook without Python. */
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { readArguments } from "../../src/check/read-arguments.js";
import { KernelClient } from "../client.js";
import { executeNotebook } from "./execute.js";
import { exportNotebook } from "./export.js";
import {
	joinText,
	type MultilineText,
	type Notebook,
	readNotebook,
	writeNotebook,
} from "./format.js";
import { heedSignals } from "./heed-signals.js";
import { newNotebook } from "./new.js";
import { notebookPage } from "./page.js";
import { parameterWarnings, withParameters } from "./parameters.js";
import { terminalWatcher } from "./terminal.js";

const usage = `usage: robust-transfer-notebook run <notebook.ipynb> [options]
       robust-transfer-notebook new [name]    copies a notebook of the package, or lists them
       robust-transfer-notebook export <notebook.ipynb> [--to ts] [--out <file>]

  --out <file>          where the executed notebook goes (default: over the input)
  --html <file>         also write one self-contained HTML page
  --param <name=value>  set a parameter; may be repeated
  --timeout <seconds>   longest time one cell may take
  --allow-errors        go on after a cell that fails

export writes the notebook as TypeScript, its Markdown as comments (default: beside it).
What the last cell shows is printed. Ctrl-C interrupts the running cell, a second one ends the kernel, as SIGTERM
and the end of the terminal do: what is in training is saved first, unless a third says to end at once.
Exits with 0 when every cell ran, 1 when one failed, 2 when it could not start.
`;

interface Job {
	readonly input: string;
	readonly out: string;
	readonly html: string | undefined;
	readonly parameters: Readonly<Record<string, string>>;
	readonly timeout: number;
	readonly allowErrors: boolean;
}

function readParameters(given: readonly string[]): Record<string, string> {
	return Object.fromEntries(
		given.map((parameter) => {
			const match = /^([A-Za-z_$][\w$]*)=(.*)$/s.exec(parameter);
			if (!match) {
				throw new Error(`--param ${parameter}: must be name=value`);
			}
			return [match[1], match[2]];
		}),
	);
}

function readJob(args: readonly string[]): Job | undefined {
	const { values, positionals } = readArguments({
		args: [...args],
		allowPositionals: true,
		options: {
			out: { type: "string" },
			html: { type: "string" },
			param: { type: "string", multiple: true },
			timeout: { type: "string" },
			"allow-errors": { type: "boolean" },
			help: { type: "boolean", short: "h" },
		},
	});
	const [command, input, ...rest] = positionals;
	if (command !== undefined && command !== "run")
		throw new Error(
			`there is no command ${command}, only run, new and export: robust-transfer-notebook run <notebook.ipynb>`,
		);
	if (values.help || command !== "run" || !input || rest.length > 0) {
		return undefined;
	}
	const timeout = Number(values.timeout ?? Infinity);
	if (!(timeout > 0)) {
		throw new Error(`--timeout ${values.timeout}: must be a number of seconds`);
	}
	return {
		input,
		out: values.out ?? input,
		html: values.html,
		parameters: readParameters(values.param ?? []),
		timeout,
		allowErrors: values["allow-errors"] ?? false,
	};
}

/** Waits for what an interrupted cell has begun to save itself: its loops see the interrupt at their next turn. */
const settle = (client: KernelClient) =>
	client.execute(
		`const held = () => (globalThis as any)[Symbol.for("Jupyter.hold")](0) > 0;
do await new Promise((resolve) => setTimeout(resolve, 500)); while (held())`,
	);

function write(job: Job, notebook: Notebook): void {
	for (const path of [job.out, job.html])
		if (path !== undefined) mkdirSync(dirname(path), { recursive: true });
	writeNotebook(job.out, notebook);
	if (job.html === undefined) return;
	const title = basename(job.input, ".ipynb");
	const folder = relative(dirname(job.html), dirname(job.input))
		.split(sep)
		.join("/");
	writeFileSync(job.html, notebookPage(notebook, title, folder));
}

/** The text of what the last code cell shows. */
function lastResult({ cells }: Notebook): string {
	const cell = cells.findLast(({ cell_type }) => cell_type === "code");
	const output = cell?.outputs?.at(-1);
	if (output?.output_type !== "execute_result") return "";
	return `${joinText((output.data["text/plain"] ?? "") as MultilineText)}\n`;
}

/** Text for standard error: in colors unless `NO_COLOR` is set. */
const colored = (text: string): string =>
	process.env.NO_COLOR ? stripVTControlCharacters(text) : text;

async function run(job: Job): Promise<number> {
	const input = readNotebook(job.input);
	for (const warning of parameterWarnings(input, job.parameters))
		process.stderr.write(`warning: --param: ${warning}\n`);
	const notebook = withParameters(input, job.parameters);
	const codeCells = notebook.cells.filter((cell) => cell.cell_type === "code");
	const client = await KernelClient.start({
		folder: dirname(resolve(job.input)),
		env: { ROBUST_TRANSFER_PLOTS: "connected" },
	});
	const signals = heedSignals(client);
	try {
		const executed = await executeNotebook(notebook, client, {
			watcher: terminalWatcher(codeCells.length),
			timeout: job.timeout,
			allowErrors: job.allowErrors,
			isOver: () => signals.code() !== undefined,
		});
		write(job, executed.notebook);
		// one that ends saves all that by itself
		if (signals.isInterrupted()) await settle(client).catch(() => {});
		if (!executed.failure) {
			process.stdout.write(lastResult(executed.notebook));
			if (job.html !== undefined) process.stderr.write(`\n${job.html}\n`);
			return 0;
		}
		const { cell, traceback } = executed.failure;
		process.stderr.write(
			`\n${job.input}: code cell ${cell} failed\n${colored(traceback.join("\n"))}\n`,
		);
		return signals.code() ?? 1;
	} finally {
		await client.shutdown();
	}
}

async function main(): Promise<number> {
	const args = process.argv.slice(2);
	if (args[0] === "new") return newNotebook(args.slice(1));
	if (args[0] === "export") {
		process.stdout.write(`${exportNotebook(args.slice(1))}\n`);
		return 0;
	}
	const job = readJob(args);
	if (job) return run(job);
	process.stderr.write(usage);
	return 2;
}

main().then(
	(code) => {
		process.exitCode = code;
	},
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
		process.exitCode = 2;
	},
);
