import { type ChildProcess, spawn } from "node:child_process";
import { shared } from "../runtime/interrupts.js";

/** A child process that the main thread waits for, blocking. */
export interface ChildRequest {
	readonly file: string;
	readonly args: readonly string[];
	readonly cwd: string | undefined;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly shell: boolean | string;
	readonly argv0: string | undefined;
	readonly uid: number | undefined;
	readonly gid: number | undefined;
	/** `pipe`, `ignore` or a file descriptor for each stream; `stdout` and `stderr` are those of the cell. */
	readonly stdio: readonly (string | number)[];
	readonly input: Uint8Array | undefined;
	readonly timeout: number;
	readonly killSignal: NodeJS.Signals | number;
	readonly maxBuffer: number;
	/** Message id of the request whose cell shows the output. */
	readonly parent: unknown;
}

/** What became of it. */
export interface ChildResult {
	readonly pid: number;
	readonly status: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly output: readonly (Uint8Array | null)[];
	/** Name and number of a system error. */
	readonly error?: { readonly code: string; readonly errno: number };
}

type Show = (
	name: "stdout" | "stderr",
	chunk: Uint8Array,
	request: ChildRequest,
) => void;

const errnos: Readonly<Record<string, number>> = {
	ETIMEDOUT: -110,
	ENOBUFS: -105,
};

/** Runs child processes for a main thread that blocks meanwhile, and interrupts them. */
export class Children {
	#running: ChildProcess | undefined;

	constructor(
		readonly memory: Int32Array,
		readonly show: Show,
		readonly answer: (result: ChildResult) => void,
	) {}

	/** Ctrl-C for the child that runs. */
	interrupt(): void {
		this.#running?.kill("SIGINT");
	}

	run(request: ChildRequest): void {
		const kept = request.stdio.map((): Uint8Array[] => []);
		let length = 0;
		let error: ChildResult["error"];
		const child = this.#spawn(request);
		this.#running = child;
		const stop = (code: string) => {
			error = { code, errno: errnos[code] ?? -1 };
			child.kill(request.killSignal);
		};
		for (const [i, entry] of request.stdio.entries()) {
			const stream = i === 0 ? null : child.stdio[i];
			if (!stream || !("readable" in stream)) continue;
			stream.on("data", (chunk: Uint8Array) => {
				if (entry === "stdout" || entry === "stderr") {
					this.show(entry, chunk, request);
					return;
				}
				const left = request.maxBuffer - length;
				length += chunk.length;
				kept[i]?.push(chunk.subarray(0, Math.max(0, left)));
				if (chunk.length > left && !error) stop("ENOBUFS");
			});
		}
		child.stdin?.on("error", () => {});
		child.stdin?.end(request.input);
		const timer =
			request.timeout > 0
				? setTimeout(() => stop("ETIMEDOUT"), request.timeout)
				: undefined;
		let isDone = false;
		const done = (status: number | null, signal: NodeJS.Signals | null) => {
			if (isDone) return;
			isDone = true;
			clearTimeout(timer);
			this.#running = undefined;
			const output = request.stdio.map((entry, i) =>
				entry === "pipe" && i > 0 ? Buffer.concat(kept[i]!) : null,
			);
			const pid = child.pid ?? 0;
			this.answer({ pid, status, signal, output, ...(error ? { error } : {}) });
			Atomics.store(this.memory, shared.child, 1);
			Atomics.notify(this.memory, shared.child);
		};
		child.on("error", (thrown: NodeJS.ErrnoException) => {
			error ??= { code: thrown.code ?? "", errno: thrown.errno ?? -1 };
			if (child.pid === undefined) done(null, null);
		});
		child.on("close", done);
	}

	#spawn(request: ChildRequest): ChildProcess {
		const { file, args, cwd, env, shell, argv0, uid, gid } = request;
		const stdio = request.stdio.map((entry) =>
			entry === "stdout" || entry === "stderr" ? "pipe" : entry,
		);
		return spawn(file, args, {
			cwd,
			env,
			shell,
			stdio: stdio as never,
			...(argv0 === undefined ? {} : { argv0 }),
			...(uid === undefined ? {} : { uid }),
			...(gid === undefined ? {} : { gid }),
		});
	}
}
