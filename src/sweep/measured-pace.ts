import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { engineChoice } from "../engine/engine.js";
import type { Measured } from "./measure-cell.js";
import type { Pace } from "./pace.js";
import { threadsVariable } from "./start-worker.js";

const program = fileURLToPath(new URL("./measure-cell.js", import.meta.url));
const mostBytes = 2 ** 24;

/**
 * How fast a cell is on this machine, with so many threads: tried by a process of its own, in a folder that is then
 * removed. Throws, saying why, where the cell cannot be made, and the reason of `signal` where that stops it.
 */
export async function measuredPace(
	sweep: string,
	run: string,
	{
		threads,
		signal,
	}: { readonly threads: number; readonly signal?: AbortSignal | undefined },
): Promise<Pace> {
	const scratch = mkdtempSync(join(tmpdir(), "robust-transfer-estimate-"));
	try {
		const { stdout } = await promisify(execFile)(
			process.execPath,
			[program, sweep, run, scratch, JSON.stringify(engineChoice())],
			{
				env: { ...process.env, [threadsVariable]: String(threads) },
				maxBuffer: mostBytes,
				...(signal && { signal, killSignal: "SIGKILL" as const }),
			},
		);
		const line = stdout.trim().split("\n").at(-1) as string;
		const { engine, ...pace } = JSON.parse(line) as Measured;
		return { ...pace, from: `measured here: ${engine}` };
	} catch (error) {
		signal?.throwIfAborted();
		const { stderr = "", message } = error as Error & { stderr?: string };
		const said = stderr.trim().split("\n").at(-1);
		throw new Error(said || message, { cause: error });
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
}
