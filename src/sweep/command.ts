import { loadResults } from "../analysis/load-results.js";
import { tableToCsv } from "../analysis/write-table.js";
import { didYouMean } from "../check/did-you-mean.js";
import { attach } from "./attach.js";
import type { Sweep } from "./open-sweep.js";
import { statusText } from "./status-text.js";
import { type Terminal, terminalShow } from "./terminal-show.js";

/** What a command is given beside the sweep. */
interface Given {
	readonly words: readonly string[];
	readonly flags: readonly string[];
	readonly output: Terminal;
	readonly signal: AbortSignal;
}

interface Command {
	readonly what: string;
	readonly flags: readonly string[];
	/** Whether more than the folder may be named. */
	readonly takesRuns: boolean;
	/** Does it, and gives the exit code. */
	run(sweep: Sweep, given: Given): Promise<number>;
}

/** What was asked cannot be understood. */
export class UsageError extends Error {
	override readonly name = "UsageError";
}

const commands: Readonly<Record<string, Command>> = {
	status: {
		what: "how far each cell is; --json for programs",
		flags: ["--json"],
		takesRuns: false,
		async run(sweep, { flags, output }) {
			const status = await sweep.status();
			const text = flags.includes("--json")
				? JSON.stringify(status)
				: statusText(status);
			output.write(`${text}\n`);
			return 0;
		},
	},
	watch: {
		what: "the same, live, until no job is left; Ctrl-C ends watching, not the jobs",
		flags: [],
		takesRuns: false,
		async run(sweep, { output, signal }) {
			const show = terminalShow(output);
			const { cells, counts } = await sweep.watch({ show, signal });
			return counts.done === cells.length ? 0 : 1;
		},
	},
	cancel: {
		what: "ends the jobs of all cells, or of the runs that are named; what is saved stays",
		flags: [],
		takesRuns: true,
		async run(sweep, { words, output }) {
			const ended = await sweep.cancel(words.length > 0 ? words : undefined);
			const count = ended.length;
			output.write(
				count === 0
					? "no cell has a job that lives\n"
					: `the job${count === 1 ? "" : "s"} of ${count} cell${count === 1 ? "" : "s"} will end: ${ended.map(({ run }) => run).join(", ")}\n`,
			);
			return 0;
		},
	},
	rows: {
		what: "the rows that are there so far, a line of JSON each; --csv as CSV",
		flags: ["--csv"],
		takesRuns: false,
		async run(sweep, { flags, output }) {
			const rows = await sweep.rows();
			if (rows.length === 0) return 0;
			const text = flags.includes("--csv")
				? tableToCsv(loadResults(rows))
				: rows.map((row) => JSON.stringify(row)).join("\n");
			output.write(`${text.trimEnd()}\n`);
			return 0;
		},
	},
};

/** What the program says of itself. */
export const usage = (): string =>
	[
		"usage: robust-transfer-sweep <command> <folder of the sweep> [arguments]",
		"",
		...Object.entries(commands).map(
			([name, { what }]) => `  ${name.padEnd(8)} ${what}`,
		),
		"",
		"The folder is runs/sweeps/<id>, as sweep() says it. Exit codes: 0; 1 for an error, or where watch ends with cells",
		"that are not done; 2 where the command is not understood.",
		"",
	].join("\n");

/**
 * Does what the words of a command line ask, and gives the exit code.
 *
 * Throws a `UsageError` where they cannot be understood, and what the sweep throws.
 */
export async function runCommand(
	[name, ...rest]: readonly string[],
	{ output, signal }: Pick<Given, "output" | "signal">,
): Promise<number> {
	if (name === undefined || ["--help", "-h", "help"].includes(name)) {
		output.write(usage());
		return name === undefined ? 2 : 0;
	}
	const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
	const names = Object.keys(commands);
	if (!command)
		throw new UsageError(
			`there is no command ${name}; there are ${names.join(", ")}${didYouMean(name, names)}`,
		);
	const flags = rest.filter((word) => word.startsWith("-"));
	const [folder, ...words] = rest.filter((word) => !word.startsWith("-"));
	const unknown = flags.find((flag) => !command.flags.includes(flag));
	if (unknown !== undefined)
		throw new UsageError(
			`${name} has no option ${unknown}${command.flags.length > 0 ? `; it has ${command.flags.join(", ")}` : ""}`,
		);
	if (folder === undefined)
		throw new UsageError(
			`${name} of which sweep? name its folder, runs/sweeps/<id>`,
		);
	if (words.length > 0 && !command.takesRuns)
		throw new UsageError(
			`${name} takes one folder, not ${words.join(", ")} too`,
		);
	return command.run(await attach(folder), { words, flags, output, signal });
}
