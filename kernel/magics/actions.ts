import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { didYouMean } from "../../src/check/did-you-mean.js";
import type { Magic } from "../language/magics.js";
import { duration } from "../progress.js";
import type { Executor, Outcome } from "../runtime/executor.js";
import { Interrupted } from "../runtime/interrupts.js";
import type { Failure } from "../runtime/traceback.js";
import { runShell, withValues } from "./shell.js";
import { isMagic, type MagicName, magicNames, magics } from "./table.js";
import { asFunction, measure, readRepeats, timesText } from "./timeit.js";
import { namesText, variablesText } from "./variables.js";

/** What magics may ask of the kernel. */
export interface MagicHost {
	readonly executor: Executor;
	/** Runs code as part of the cell, under a label of its own where it comes from a file. */
	run(
		source: string,
		file?: {
			readonly label: string;
			readonly text: string;
			readonly path: string;
		},
	): Promise<Outcome>;
	tensors(): string;
	/** Asks whether to go on; throws where the client cannot be asked. */
	confirm(question: string): boolean;
	/** Forgets the values that cells have shown. */
	forgetOutputs(): void;
}

/** What comes of a magic: what it prints, and the value that the cell then has. */
export type MagicOutcome =
	| { readonly text?: string; readonly value?: unknown }
	| { readonly failure: Failure };

type Action = (
	magic: Magic,
	host: MagicHost,
) => string | MagicOutcome | Promise<string | MagicOutcome>;

/** `%env`, `%env NAME` and `%env NAME = value`: shows and sets environment variables. */
function environment({ argument }: Magic): string {
	const [, name = "", value] = /^(\w*)\s*(?:=\s*(.*))?$/.exec(argument) ?? [];
	if (value !== undefined) process.env[name] = value;
	if (name !== "") return `${name}=${process.env[name] ?? ""}\n`;
	return Object.entries(process.env)
		.map(([key, text]) => `${key}=${text}\n`)
		.join("");
}

/** `%typecheck off` and `%typecheck on`: whether the types of later cells, and of this one, are checked. */
function typecheck({ argument }: Magic, { executor }: MagicHost): string {
	if (!["", "on", "off"].includes(argument)) {
		throw new Error(`%typecheck is on or off, not ${argument}`);
	}
	if (argument !== "") executor.isChecking = argument === "on";
	return `types are ${executor.isChecking ? "" : "not "}checked\n`;
}

function listMagics(): string {
	const width = Math.max(
		...magicNames.map((name) => magics[name].usage.length),
	);
	const lines = magicNames.map((name) => {
		const { usage, help } = magics[name];
		return `${usage.padEnd(width)}  ${help}\n`;
	});
	return `${lines.join("")}${"<name>?".padEnd(width)}  shows what a name, or a magic, is\n`;
}

function reset({ argument }: Magic, host: MagicHost): string {
	const words = argument.split(/\s+/).filter(Boolean);
	const wrong = words.find((word) => word !== "-f" && word !== "out");
	if (wrong) throw new Error(`${magics["%reset"].usage}: not ${wrong}`);
	const isOutputs = words.includes("out");
	if (!words.includes("-f") && !isOutputs) {
		let isMeant: boolean;
		try {
			isMeant = host.confirm("Forget all variables of the notebook?");
		} catch (cause) {
			const message =
				"%reset asks before it forgets all variables, and this client cannot be asked: %reset -f does not ask";
			throw new Error(message, { cause });
		}
		if (!isMeant) return "nothing is forgotten\n";
	}
	host.forgetOutputs();
	if (!isOutputs) host.executor.reset();
	return "";
}

const code = /\.[cm]?[jt]sx?$/;

async function runFile({ argument }: Magic, host: MagicHost) {
	const path = resolve(host.executor.compiler.folder, argument);
	if (argument === "" || !code.test(path)) {
		throw new Error(
			`%run takes a TypeScript or JavaScript file, not ${argument || "nothing"}`,
		);
	}
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (cause) {
		throw new Error(`%run: ${path} cannot be read`, { cause });
	}
	const label = relative(process.cwd(), path);
	const source = text
		.replace(/^#!/, "//")
		.replace(
			/^export(?=\s+(?:const|let|var|async|function|class|abstract|enum|type|interface|namespace)\b)/gm,
			"      ",
		);
	const outcome = await host.run(source, {
		label,
		text,
		path,
	});
	return "failure" in outcome ? outcome : "";
}

async function timeExpression({ argument, line }: Magic, host: MagicHost) {
	const began = performance.now();
	const column = "%time ".length;
	const outcome = await host.run(
		`${"\n".repeat(line)}${" ".repeat(column)}${argument}`,
	);
	return "failure" in outcome
		? outcome
		: { ...outcome, text: wallTime(performance.now() - began) };
}

async function timeRepeatedly(
	{ name, argument, body, line }: Magic,
	host: MagicHost,
) {
	const { executor } = host;
	const { code: given, ...repeats } = readRepeats(argument);
	const isLine = name === "%timeit";
	const rest = body
		.split("\n")
		.slice(line + 1)
		.join("\n");
	const timed = isLine ? given : `${given}\n${rest}`;
	if (timed.trim() === "") throw new Error(`${name} has nothing to run`);
	const column = `${name} `.length + argument.length - given.length;
	const { source, isAsync } = asFunction(timed, { line, column });
	const compiled = await host.run(source);
	if ("failure" in compiled) return compiled;
	const { interrupts } = executor;
	const measured = await executor.guard(() =>
		measure(compiled.value as () => unknown, {
			...repeats,
			isAsync,
			interrupts,
		}),
	);
	if ("failure" in measured) return measured;
	return timesText(measured.value.times, measured.value.loops);
}

/** Runs a command whose exit code is only told of, or, with `fails`, an error. */
async function shell(
	command: string,
	{ executor }: MagicHost,
	{ name, fails }: { readonly name: string; readonly fails: boolean },
) {
	if (command.trim() === "") throw new Error(`${name} has nothing to run`);
	const done = await executor.guard(() =>
		runShell(command, executor.interrupts.signal(), ...(fails ? ["bash"] : [])),
	);
	if ("failure" in done || done.value === 0) {
		return "failure" in done ? done : "";
	}
	executor.interrupts.stop();
	if (done.value === "SIGINT") throw new Interrupted();
	const end =
		typeof done.value === "number"
			? `exit code ${done.value}`
			: `ended by ${done.value}`;
	if (fails) throw new Error(`bash failed: ${end}`);
	const hint =
		done.value === 127 ? "; to negate a value, write it as (!value)" : "";
	process.stderr.write(`(${end}${hint})\n`);
	return "";
}

const nothing = () => "";

const actions: Record<MagicName, Action> = {
	"%%bash": ({ body, name }, host) => shell(body, host, { name, fails: true }),
	// the kernel follows these two itself
	"%%nocheck": nothing,
	"%%time": nothing,
	"%%timeit": timeRepeatedly,
	"%env": environment,
	"%lsmagic": listMagics,
	"%reset": reset,
	"%run": runFile,
	"%tensors": (_, host) => host.tensors(),
	"%time": timeExpression,
	"%timeit": timeRepeatedly,
	"%typecheck": typecheck,
	"%who": (_, { executor }) => namesText(executor.scope.exports),
	"%whos": (_, { executor }) => variablesText(executor.scope.exports),
	"!": ({ argument, name }, host) =>
		shell(withValues(argument, host.executor.scope.exports), host, {
			name,
			fails: false,
		}),
};

/** Does what a magic asks; throws, with the nearest name, when there is no such magic. */
export async function runMagic(
	magic: Magic,
	host: MagicHost,
): Promise<MagicOutcome> {
	const { name } = magic;
	if (!isMagic(name)) {
		throw new Error(
			`there is no magic ${name}; there are ${magicNames.join(", ")} and name?${didYouMean(name, magicNames)}`,
		);
	}
	const outcome = await actions[name](magic, host);
	return typeof outcome === "string" ? { text: outcome } : outcome;
}

/** The line that `%%time` prints after its cell. */
export function wallTime(milliseconds: number): string {
	const text =
		milliseconds < 1000
			? `${milliseconds.toFixed(1)} ms`
			: milliseconds < 60_000
				? `${(milliseconds / 1000).toFixed(2)} s`
				: duration(milliseconds / 1000);
	return `Wall time: ${text}\n`;
}
