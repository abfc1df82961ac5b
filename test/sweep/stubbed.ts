import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Executor } from "../../src/sweep/executor.js";
import {
	type LocalSettings,
	localExecutor,
} from "../../src/sweep/local-executor.js";

const worker = fileURLToPath(new URL("./stub-worker.js", import.meta.url));

/** Runs stubs in place of workers. */
export const stubbed = (
	settings: Partial<LocalSettings> = {},
	manner = "obedient",
): Executor =>
	localExecutor({
		...{ atOnce: 2, threads: 1, graceSeconds: 600 },
		command: [process.execPath, worker, manner],
		...settings,
	});

/** Waits for something, however busy the machine is; throws where it does not come. */
export async function until<Found>(
	what: string,
	look: () => Found | Promise<Found>,
): Promise<NonNullable<Found>> {
	const began = performance.now();
	for (;;) {
		const found = await look();
		if (found) return found as NonNullable<Found>;
		if (performance.now() - began > 180_000)
			throw new Error(`waited in vain for ${what}`);
		await delay(20);
	}
}

/** What a stub writes down of itself when it begins. */
export interface Begun {
	readonly pid: number;
	readonly threads: string;
	readonly slurm?: string;
	readonly cwd: string;
}

/** The ids of the stubs that have begun. */
export const begunIn = (folder: string): string[] =>
	readdirSync(folder)
		.filter((name) => name.startsWith("begun-"))
		.map((name) => name.slice("begun-".length))
		.sort();

/** Waits until a stub has begun. */
export const begun = (folder: string, id: string): Promise<Begun> =>
	until(`job ${id} to begin`, () => {
		const path = join(folder, `begun-${id}`);
		const text = existsSync(path) ? readFileSync(path, "utf8") : "";
		return text.endsWith("}") ? (JSON.parse(text) as Begun) : undefined;
	});

/** Lets a stub end: with a code, or by `abort`. */
export const end = (folder: string, id: string, how: number | "abort" = 0) =>
	writeFileSync(join(folder, `end-${id}`), String(how));
