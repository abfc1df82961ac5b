/** Submits jobs of the stand-in worker: `node submit-stand-in.js <folder> <id> <submission> <jobs>`; prints their ids. */
import { fileURLToPath } from "node:url";
import { slurmExecutor } from "../../src/sweep/slurm-executor.js";

const [folder = "", id = "", submission, jobs] = process.argv.slice(2);
const worker = fileURLToPath(new URL("./stand-in-worker.js", import.meta.url));
const ids = await slurmExecutor({ time: "5", cpus: 1 }, worker).submit({
	...{ folder, id },
	submission: Number(submission),
	jobs: Number(jobs),
});
process.stdout.write(`${JSON.stringify(ids)}\n`);
