import { makeFolder } from "../runs/whole-file.js";
import type { Executor, Job, SubmitRequest, SweepPlace } from "./executor.js";
import { arraysOf, groupedIds, type JobArray } from "./slurm-arrays.js";
import { slurmCommand } from "./slurm-command.js";
import { isHeld, jobFormat, readJobs } from "./slurm-jobs.js";
import { defaultCpus, type SlurmOptions } from "./slurm-options.js";
import {
	batchScript,
	jobName,
	logFolder,
	sbatchOptions,
} from "./slurm-script.js";

/** One more than the highest index that an array may have on this cluster. */
async function maxArraySize(): Promise<number> {
	const text = await slurmCommand("scontrol", ["show", "config"]);
	const found = /^MaxArraySize\s*=\s*(\d+)/m.exec(text)?.[1];
	if (found === undefined)
		throw new Error("Slurm's scontrol show config names no MaxArraySize");
	return Number(found);
}

/** Sends one array, and gives its id. */
async function send(
	request: SubmitRequest,
	array: JobArray,
	{ worker, ...options }: SlurmOptions & { readonly worker: string },
): Promise<string> {
	const words = sbatchOptions(request, array, options);
	const { setup } = options;
	const script = batchScript(request, array, { setup, worker });
	const printed = (await slurmCommand("sbatch", words, script)).trim();
	// With several clusters: the id, a semicolon, the cluster.
	const id = /^(\d+)(?:;.*)?$/.exec(printed.split("\n").at(-1) ?? "")?.[1];
	if (id === undefined)
		throw new Error(`sbatch printed no id of a job, but: ${printed}`);
	return id;
}

const cancelIds = async (ids: readonly string[]): Promise<void> => {
	if (ids.length > 0) await slurmCommand("scancel", ["--quiet", ...ids]);
};

async function jobsOf(sweep: SweepPlace): Promise<Job[]> {
	const name = `--name=${jobName(sweep)}`;
	const which = ["--me", name, "--array", "--states=all", "--noheader"];
	return readJobs(await slurmCommand("squeue", [...which, jobFormat]));
}

/** Sends arrays, and gives their ids; where one is refused, those that were sent are taken back. */
async function sendAll(
	request: SubmitRequest,
	arrays: readonly JobArray[],
	options: SlurmOptions & { readonly worker: string },
): Promise<string[]> {
	const sent: string[] = [];
	try {
		for (const array of arrays) sent.push(await send(request, array, options));
		return sent;
	} catch (error) {
		await cancelIds(sent).catch(() => {});
		throw error;
	}
}

/**
 * Jobs of sweeps as jobs of Slurm, by its own programs; `worker` is the script that they run.
 *
 * A submission is an array, or several where the cluster's MaxArraySize is small.
 */
export function slurmExecutor(options: SlurmOptions, worker: string): Executor {
	const { atOnce, cellsPerJob, cpus } = options;
	return {
		name: "slurm",
		threads: cpus ?? defaultCpus,
		...(atOnce !== undefined && { atOnce }),
		...(cellsPerJob !== undefined && { cellsPerJob }),
		async submit(request) {
			const most = await maxArraySize();
			const arrays = arraysOf(request.jobs, { most, atOnce });
			const held = (await jobsOf(request)).filter(isHeld);
			await cancelIds(groupedIds(held.map(({ id }) => id)));
			// A job whose log cannot be opened dies without a word.
			makeFolder(logFolder(request));
			const sent = await sendAll(request, arrays, { ...options, worker });
			return arrays.flatMap(({ count }, i) =>
				Array.from({ length: count }, (_, index) => `${sent[i]}_${index}`),
			);
		},
		jobs: jobsOf,
		cancel: (_, ids) => cancelIds(groupedIds(ids)),
	};
}
