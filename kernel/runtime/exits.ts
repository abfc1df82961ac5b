import { syncBuiltinESMExports } from "node:module";

/** Thrown where a cell asks to end the process, which is the notebook's. */
export class ExitRefused extends Error {
	override readonly name = "ExitRefused";
	constructor(call: string) {
		super(
			`${call} would end the kernel and all that the notebook holds: throw an error to end a cell; to end the kernel, shut it down or restart it`,
		);
	}
}

/** Signals that end a process which does not handle them. */
const deadly = new Set<unknown>([
	...["SIGKILL", "SIGTERM", "SIGABRT", "SIGQUIT", "SIGHUP", "SIGSEGV"],
	...[9, 15, 6, 3, 1, 11],
	undefined,
]);

/** Makes ending the process an error of the cell that tries; returns what the kernel itself ends it with. */
export function refuseExits(): (code: number) => never {
	const { exit, kill } = process;
	const internals = process as unknown as { reallyExit: unknown };
	const { reallyExit } = internals;
	const shown = (value: unknown) => (value === undefined ? "" : String(value));
	Object.assign(process, {
		exit(code?: unknown) {
			throw new ExitRefused(`process.exit(${shown(code)})`);
		},
		reallyExit(code?: unknown) {
			throw new ExitRefused(`process.reallyExit(${shown(code)})`);
		},
		abort() {
			throw new ExitRefused("process.abort()");
		},
		kill(pid: number, signal?: string | number) {
			if (pid === process.pid && deadly.has(signal)) {
				throw new ExitRefused(`process.kill(process.pid, ${shown(signal)})`);
			}
			return kill.call(process, pid, signal);
		},
	});
	syncBuiltinESMExports();
	return (code) => {
		internals.reallyExit = reallyExit;
		return exit.call(process, code);
	};
}
