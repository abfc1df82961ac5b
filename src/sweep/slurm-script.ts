import { join } from "node:path";
import type { SubmitRequest, SweepPlace } from "./executor.js";
import type { JobArray } from "./slurm-arrays.js";
import {
	defaultCpus,
	type SlurmOptions,
	secondsOfLimit,
} from "./slurm-options.js";

/** What the jobs of a sweep are called, by which they are found again. */
export const jobName = ({ id }: Pick<SweepPlace, "id">): string => `rt-${id}`;

/** Where a job writes what it prints: `%A` is the array, `%a` the job's place in it. */
export const logFolder = ({ folder }: Pick<SweepPlace, "folder">): string =>
	join(folder, "logs");

/** What a job of a sweep says of itself, so that one whose id was never written down is known. */
export const commentOf = (submission: number, { from }: JobArray): string =>
	`submission ${submission} from job ${from}`;

/** The submission and the first job of an array by its comment; undefined where the comment is not one of ours. */
export function readComment(
	comment: string,
): { readonly submission: number; readonly from: number } | undefined {
	const found = /^submission (\d+) from job (\d+)$/.exec(comment);
	if (!found) return undefined;
	return { submission: Number(found[1]), from: Number(found[2]) };
}

/** Text as one word of shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Seconds before the limit at which a job is told to save: 120, or a third of a short limit. */
function warning(limit: string): number {
	return Math.min(120, Math.floor((secondsOfLimit(limit) ?? 0) / 3));
}

/** A path in which Slurm is to replace nothing. Throws for a backslash, which ends all replacing. */
function literal(path: string): string {
	if (path.includes("\\"))
		throw new Error(
			`${path}: Slurm cannot write logs below a folder with a backslash in its name; move the sweep's folder`,
		);
	return path.replaceAll("%", "%%");
}

/** The options with which an array of jobs is sent. */
export function sbatchOptions(
	request: SubmitRequest,
	array: JobArray,
	options: SlurmOptions,
): string[] {
	const {
		time,
		partition,
		account,
		qos,
		gpus,
		cpus = defaultCpus,
		memory,
	} = options;
	const log = join(literal(logFolder(request)), "%A_%a.log");
	const given = { partition, account, qos, gpus, mem: memory };
	const atOnce = array.atOnce === undefined ? "" : `%${array.atOnce}`;
	return [
		"--parsable",
		`--job-name=${jobName(request)}`,
		`--comment=${commentOf(request.submission, array)}`,
		`--array=0-${array.count - 1}${atOnce}`,
		"--requeue",
		"--open-mode=append",
		`--output=${log}`,
		`--chdir=${request.folder}`,
		"--nodes=1",
		"--ntasks=1",
		`--cpus-per-task=${cpus}`,
		`--time=${time}`,
		`--signal=B:USR2@${warning(time)}`,
		...Object.entries(given).flatMap(([name, value]) =>
			value === undefined ? [] : [`--${name}=${value}`],
		),
		...(options.options ?? []),
	];
}

/**
 * The script of an array of jobs: the lines of `setup`, then the worker in the place of the shell.
 *
 * USR2 is ignored until Node starts: it may come early, and would end the shell. All begins in the sweep's folder: Slurm itself runs a
 * job whose folder is missing in another one, without a word.
 */
export function batchScript(
	{ folder, submission }: SubmitRequest,
	{ from }: JobArray,
	{
		setup = [],
		worker,
	}: { readonly setup?: readonly string[]; readonly worker: string },
): string {
	const command = [process.execPath, worker, folder, `${submission}`];
	const index = `"$((SLURM_ARRAY_TASK_ID + ${from}))"`;
	return [
		"#!/bin/bash",
		"trap '' USR2",
		"set -e",
		`trap 'echo "the job ends before its cells: $BASH_COMMAND" >&2' ERR`,
		`cd ${quoted(folder)}`,
		...setup,
		`exec ${command.map(quoted).join(" ")} ${index}`,
		"",
	].join("\n");
}
