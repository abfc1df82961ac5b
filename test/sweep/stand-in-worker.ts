/**
 * A worker that does as `acts.json` in the sweep's folder says for its job, in place of one that trains.
 *
 * Leaves, in `seen`, the names and values of what Slurm told it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Ends with a code, by `abort` or by SIGKILL, or waits until there is a file `go`. */
export type Act = number | "abort" | "kill" | "wait";

const [folder = "", submission = "", index = ""] = process.argv.slice(2);
const acts = JSON.parse(
	readFileSync(join(folder, "acts.json"), "utf8"),
) as Record<string, Act>;
const environment = Object.fromEntries(
	Object.entries(process.env).filter(([name]) => name.startsWith("SLURM_")),
);
mkdirSync(join(folder, "seen"), { recursive: true });
writeFileSync(
	join(folder, "seen", `${submission}-${index}.json`),
	JSON.stringify({ environment, cwd: process.cwd(), pid: process.pid }),
);
const act = acts[`${submission}-${index}`] ?? 0;
process.stdout.write(`job ${index} does ${act}\n`);
if (act === "abort") process.abort();
if (act === "kill") process.kill(process.pid, "SIGKILL");
while (act === "wait" && !existsSync(join(folder, "go"))) await delay(50);
process.exitCode = typeof act === "number" ? act : 0;
