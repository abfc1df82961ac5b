/**
 * What a notebook does, in a process of its own: `node notebook-job.js <sweep folder> <options of slurm>` submits a sweep,
 * and prints what it says.
 *
 * With a further word, `dies`, it ends by SIGKILL once sbatch has the jobs, before it could write down their ids.
 */
import { attach } from "../../src/sweep/attach.js";
import { slurm } from "../../src/sweep/slurm.js";

const [folder = "", options = "", dies] = process.argv.slice(2);
const own = slurm(JSON.parse(options));
const sweep = await attach(folder);
const { message } = await sweep.submit(
	dies === undefined
		? own
		: {
				...own,
				make(settings) {
					const executor = own.make(settings as typeof own.options & object);
					return {
						...executor,
						async submit(request) {
							await executor.submit(request);
							process.kill(process.pid, "SIGKILL");
							return [];
						},
					};
				},
			},
);
process.stdout.write(message);
process.exit();
