import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds that output may still take to come once a command has ended, and others that it left have not. */
const lateness = 300;

const bash = "/bin/bash";

/** A command of the shell with each `{name}` of a variable replaced by its value. */
export const withValues = (
	command: string,
	variables: Readonly<Record<string, unknown>>,
): string =>
	command.replace(/\{([A-Za-z_$][\w$]*)\}/g, (text, name: string) =>
		name in variables ? String(variables[name]) : text,
	);

/** Ctrl-C for a command and all that it has started. */
function interrupt({ pid }: ChildProcess): void {
	if (pid === undefined) return;
	try {
		process.kill(process.platform === "win32" ? pid : -pid, "SIGINT");
	} catch {
		// it has just ended
	}
}

/**
 * Runs a command of the shell, whose output appears in the cell; gives its exit code, or the signal that ended it.
 *
 * Programs that it leaves in the background are not waited for.
 */
export async function runShell(
	command: string,
	signal: AbortSignal,
	shell: string | true = existsSync(bash) ? bash : true,
): Promise<number | string> {
	// a group of its own, so that an interrupt reaches what the shell waits for too
	const child = spawn(command, {
		shell,
		stdio: ["ignore", "inherit", "inherit"],
		detached: process.platform !== "win32",
	});
	const stop = () => interrupt(child);
	signal.addEventListener("abort", stop, { once: true });
	child.once("exit", () => signal.removeEventListener("abort", stop));
	const closed = once(child, "close");
	closed.catch(() => {});
	const [code, end] = (await once(child, "exit")) as [number, string];
	await Promise.race([closed, delay(lateness)]);
	return code ?? end;
}
