#!/usr/bin/env node
/** `robust-transfer-sweep status | watch | cancel | rows <folder>`: a sweep from a terminal, such as that of a login node. */
import { runCommand, UsageError } from "./command.js";

const interrupted = 130;

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
// Whoever reads may have had enough, as `head` has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	if (error.code !== "EPIPE") throw error;
});

try {
	const code = await runCommand(process.argv.slice(2), {
		output: process.stdout,
		signal: stop.signal,
	});
	process.exitCode = stop.signal.aborted ? interrupted : code;
} catch (error) {
	process.stderr.write(`${(error as Error).message.split("\n")[0]}\n`);
	process.exitCode = error instanceof UsageError ? 2 : 1;
}
