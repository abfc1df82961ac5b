import {
	type Check,
	type Checks,
	checkOptions,
} from "../check/check-options.js";
import { list, required, textOr, that, whole } from "../check/checks.js";
import { shown, unexpected } from "../check/shown.js";

/** Cores of a job that is not told how many. */
export const defaultCpus = 4;

/** What each job of a sweep asks Slurm for. */
export interface SlurmOptions {
	/**
	 * The longest that a job may take, as Slurm writes it: `30` (minutes), `4:00:00` or `2-12:00:00`.
	 *
	 * A run that is not finished by then saves and asks to be requeued, so that a limit need not hold a whole run.
	 */
	readonly time: string;
	/** The cluster's own by default, or that of `SBATCH_PARTITION`. */
	readonly partition?: string;
	/** Your own by default, or that of `SBATCH_ACCOUNT`. */
	readonly account?: string;
	/** Your own by default, or that of `SBATCH_QOS`. */
	readonly qos?: string;
	/** A number of GPUs, or a kind and a number: `a100:1`; none by default. */
	readonly gpus?: number | string;
	/** Cores of a job, all of which it uses; 4 by default. */
	readonly cpus?: number;
	/** Memory of a job, as Slurm writes it: `16G`; the cluster's own measure by default. */
	readonly memory?: string;
	/** Jobs at once, at most; as many as the cluster lets run by default. */
	readonly atOnce?: number;
	/** Cells of one job, fine-tuned one after another and then scored together; 1 by default. */
	readonly cellsPerJob?: number;
	/** Lines of shell before the worker begins, such as `module load cuda/12`; the job fails where one of them fails. */
	readonly setup?: readonly string[];
	/** Further options of `sbatch`, each `--name` or `--name=value`. */
	readonly options?: readonly string[];
}

const timeForm = /^(?:\d+|\d+:\d\d|\d+:\d\d:\d\d|\d+-\d+(?::\d\d){0,2})$/;

/**
 * The seconds of a time limit in one of Slurm's forms; undefined where it has none of them.
 *
 * The forms: minutes, `minutes:seconds`, `hours:minutes:seconds`, and `days-hours` with or without `:minutes:seconds`.
 */
export function secondsOfLimit(limit: string): number | undefined {
	if (!timeForm.test(limit)) return undefined;
	const [first = "", rest] = limit.split("-");
	const parts = (rest ?? first).split(":").map(Number);
	const [a = 0, b = 0, c = 0] = parts;
	if (rest !== undefined) return 86_400 * Number(first) + 3600 * a + 60 * b + c;
	return parts.length === 3 ? 3600 * a + 60 * b + c : 60 * a + b;
}

/** Options of sbatch that a sweep gives itself, and how they are said, where they can be. */
const ours: Readonly<Record<string, string>> = {
	time: "`time` says that",
	partition: "`partition` says that",
	account: "`account` says that",
	qos: "`qos` says that",
	gpus: "`gpus` says that",
	"cpus-per-task": "`cpus` says that",
	mem: "`memory` says that",
	array: "`atOnce` and `cellsPerJob` say that",
	...Object.fromEntries(
		[
			...["job-name", "comment", "output", "error", "input", "open-mode"],
			...["chdir", "nodes", "ntasks", "signal", "requeue", "no-requeue"],
			...["parsable", "wrap", "wait", "test-only", "clusters"],
		].map((name) => [name, "a sweep needs its own"]),
	),
};

/** Text that can be one value on a command line. */
const word = that(
	"a name without spaces",
	(value) => typeof value === "string" && /^[^\s,]+$/.test(value),
);

const line = that(
	"a line of shell",
	(value) => typeof value === "string" && !/[\r\n\0]/.test(value),
);

const optionForm = /^--([a-z][a-z-]*)(?:=[^\r\n\0]*)?$/;

const further: Check = {
	expected: "an option of sbatch, such as --constraint=a100",
	problems(value, name, expected = further.expected) {
		const isKind = typeof value === "string";
		const option = isKind ? optionForm.exec(value)?.[1] : undefined;
		if (option === undefined)
			return unexpected(value, name, { expected, isKind });
		if (!Object.hasOwn(ours, option)) return [];
		const text = `${name} cannot be ${shown(value)}: ${ours[option]}`;
		return [new RangeError(text)];
	},
};

const checks: Checks<SlurmOptions> = {
	time: required(
		that(
			'a time limit above 0 as Slurm writes it: "30" (minutes), "4:00:00" or "2-12:00:00"',
			(value) => typeof value === "string" && (secondsOfLimit(value) ?? 0) > 0,
		),
	),
	partition: that(
		"a partition, or several with commas between them",
		(value) => typeof value === "string" && /^\S+$/.test(value),
	),
	account: word,
	qos: word,
	gpus: textOr(
		that(
			'a kind of GPU and a number, such as "a100:1"',
			(value) =>
				typeof value === "string" && /^(?:[\w.-]+:)?[1-9]\d*$/.test(value),
		),
		whole({ from: 1 }),
	),
	cpus: whole({ from: 1 }),
	memory: that(
		'an amount of memory as Slurm writes it, such as "16G"',
		(value) => typeof value === "string" && /^[1-9]\d*[KMGT]?$/i.test(value),
	),
	atOnce: whole({ from: 1 }),
	cellsPerJob: whole({ from: 1 }),
	setup: list(line),
	options: list(further),
};

/** Throws where a sweep cannot be sent to Slurm with these options, before anything is sent. */
export const checkSlurmOptions = (options: SlurmOptions): void =>
	checkOptions("slurm", options, checks);
