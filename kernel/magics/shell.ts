import { spawn } from "node:child_process";
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

/**
 * Runs a command of the shell, whose output appears in the cell; gives its exit code, or the signal that ended it.
 *
 * Programs that it leaves in the background are not waited for.
 */
export async function runShell(
	command: string,
	shell: string | true = existsSync(bash) ? bash : true,
): Promise<number | string> {
	const child = spawn(command, {
		shell,
		stdio: ["ignore", "inherit", "inherit"],
	});
	const closed = once(child, "close");
	closed.catch(() => {});
	const [code, signal] = (await once(child, "exit")) as [number, string];
	await Promise.race([closed, delay(lateness)]);
	return code ?? signal;
}
