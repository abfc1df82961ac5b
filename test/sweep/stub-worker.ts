/**
 * Stands for a worker: says that it has begun, waits for a file that says how it is to end, and saves when it is told
 * to end, unless its first argument says that it is stubborn.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const [manner, folder = "", submission, index] = process.argv.slice(2);
const id = `${submission}_${index}`;
process.on("SIGTERM", () => {
	if (manner === "stubborn") return;
	writeFileSync(join(folder, `saved-${id}`), "");
	process.exit(75);
});
const { ROBUST_TRANSFER_THREADS: threads, SLURM_JOB_ID: slurm } = process.env;
const facts = { pid: process.pid, threads, slurm, cwd: process.cwd() };
process.stdout.write(`job ${id} begins\n`);
writeFileSync(join(folder, `begun-${id}`), JSON.stringify(facts));
const ends = join(folder, `end-${id}`);
while (!existsSync(ends)) await delay(20);
const end = readFileSync(ends, "utf8");
if (end === "abort") process.abort();
process.exit(Number(end));
