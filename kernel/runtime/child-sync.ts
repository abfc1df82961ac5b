import child_process, {
	type SpawnSyncOptions,
	type SpawnSyncReturns,
} from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { fileURLToPath } from "node:url";
import type { ChildRequest, ChildResult } from "../sockets/children.js";
import { ownStream, stdioList } from "./child-output.js";

type Options = SpawnSyncOptions & { readonly argv0?: string };
type Result = SpawnSyncReturns<string | Uint8Array> & { error?: Error };

/** Runs a child process on another thread while this one waits. */
export type RunChild = (request: Omit<ChildRequest, "parent">) => ChildResult;

const defaultBuffer = 1024 * 1024;

function entryOf(entry: unknown, index: number): string | number {
	const own = ownStream(entry, index);
	if (own) return own;
	if (entry === "ignore" || typeof entry === "number") return entry;
	if (entry === "inherit") return index;
	const fd = (entry as { fd?: unknown } | null | undefined)?.fd;
	return typeof fd === "number" ? fd : "pipe";
}

function bytesOf(input: Options["input"]): Uint8Array | undefined {
	if (input === undefined || input === null) return undefined;
	if (typeof input === "string") return Buffer.from(input);
	return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
}

function requestOf(
	file: string,
	args: readonly string[],
	options: Options,
): Omit<ChildRequest, "parent"> {
	const { cwd, input, shell, timeout, killSignal, maxBuffer } = options;
	return {
		file: String(file),
		args: args.map(String),
		cwd: typeof cwd === "object" ? fileURLToPath(cwd) : (cwd ?? process.cwd()),
		env: { ...(options.env ?? process.env) },
		shell: shell ?? false,
		argv0: options.argv0,
		uid: options.uid,
		gid: options.gid,
		stdio: stdioList(options.stdio).map(entryOf),
		input: bytesOf(input),
		timeout: timeout ?? 0,
		killSignal: killSignal ?? "SIGTERM",
		maxBuffer: maxBuffer ?? defaultBuffer,
	};
}

function systemError(
	file: string,
	args: readonly string[],
	{ code, errno }: NonNullable<ChildResult["error"]>,
): Error {
	const syscall = `spawnSync ${file}`;
	const error = new Error(`${syscall} ${code}`);
	return Object.assign(error, {
		errno,
		code,
		syscall,
		path: file,
		spawnargs: args,
	});
}

function failed(result: Result, command: string): Error | undefined {
	if (result.error) return Object.assign(result.error, result);
	if (result.status === 0) return undefined;
	const text = result.stderr?.length ? `\n${result.stderr.toString()}` : "";
	return Object.assign(new Error(`Command failed: ${command}${text}`), result);
}

/** `(file, args?, options?)` */
function readArguments(
	args: unknown,
	options: unknown,
): { readonly args: readonly string[]; readonly options: Options } {
	return Array.isArray(args)
		? { args, options: (options ?? {}) as Options }
		: { args: [], options: (args ?? {}) as Options };
}

/**
 * Makes `spawnSync`, `execFileSync` and `execSync` run their child on another thread.
 *
 * Output that is inherited appears in the cell while it comes, and an interrupt reaches the child.
 */
export function waitElsewhere(run: RunChild): void {
	const spawnSync = (
		file: string,
		first?: unknown,
		second?: unknown,
	): Result => {
		const { args, options } = readArguments(first, second);
		const result = run(requestOf(file, args, options));
		const { encoding } = options;
		const isText = encoding && encoding !== ("buffer" as never);
		const output = result.output.map((bytes) => {
			if (bytes === null) return null;
			const buffer = Buffer.from(bytes);
			return isText ? buffer.toString(encoding as BufferEncoding) : buffer;
		});
		const { pid, status, signal, error } = result;
		const [, stdout = null, stderr = null] = output;
		const begun = pid !== 0;
		return {
			...(error ? { error: systemError(file, args, error) } : {}),
			status,
			signal,
			output: begun ? output : null,
			pid,
			stdout: begun ? stdout : null,
			stderr: begun ? stderr : null,
		} as Result;
	};
	const finish = (result: Result, options: Options, command: string) => {
		// without streams of its own, a command shows what it complains of
		if (!options.stdio && result.stderr?.length) {
			process.stderr.write(result.stderr);
		}
		const error = failed(result, command);
		if (error) throw error;
		return result.stdout;
	};
	Object.assign(child_process, {
		spawnSync,
		execFileSync(file: string, first?: unknown, second?: unknown) {
			const { args, options } = readArguments(first, second);
			const command = [options.argv0 ?? file, ...args].join(" ");
			return finish(spawnSync(file, args, options), options, command);
		},
		execSync(command: string, options: Options = {}) {
			const shell = options.shell ?? true;
			const result = spawnSync(command, [], { ...options, shell });
			return finish(result, options, command);
		},
	});
	syncBuiltinESMExports();
}
