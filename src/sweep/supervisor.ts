/** `node supervisor.js <folder>`: runs the jobs of a sweep on this machine, whatever becomes of who asked for them. */
import { supervise } from "./supervise.js";

const ending = new AbortController();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
	process.on(signal, () => ending.abort());

await supervise(process.argv[2] as string, ending.signal);
