import { canonical } from "../canonical.js";
import { isOwn, type Own, remakeOwn } from "../own.js";
import type { Executor, Job, SweepPlace } from "./executor.js";
import {
	type Submission,
	type WrittenExecutor,
	writtenExecutor,
} from "./submission.js";
import { located } from "./written.js";

/** An executor, or its name, options and what makes it of them: `local()`, `slurm({ time: "12:00:00" })`. */
export type AnyExecutor = Executor | Own<Executor>;

/** A job, and who said what of it. */
export interface SeenJob extends Job {
	readonly executor: Executor;
}

/** What executors say of the jobs of a sweep. */
export interface SeenJobs {
	readonly jobs: readonly SeenJob[];
	/** A sentence for each executor that says nothing. */
	readonly silent: readonly string[];
}

/** The executors of a sweep that this process knows. */
export interface Executors {
	/** What stands for a given one: it is asked from now on. */
	known(given: AnyExecutor): {
		readonly executor: Executor;
		readonly written: WrittenExecutor;
	};
	/** What the executors of some submissions say of their jobs. */
	ask(submissions: readonly Submission[]): Promise<SeenJobs>;
}

/** As clocks show it: `12:03`. */
const clockTime = (date: Date): string => date.toTimeString().slice(0, 5);

const titled = (name: string): string =>
	name.slice(0, 1).toUpperCase() + name.slice(1);

/** Makes again the executor that a submission wrote down; undefined where nothing says how. */
async function executorAt(
	written: WrittenExecutor,
): Promise<Executor | undefined> {
	if (!written.source) return undefined;
	const own = await remakeOwn(located(written) as never);
	return own.make(own.options) as Executor;
}

/**
 * Asks executors about the jobs of a sweep: those that are given, and those that earlier submissions name.
 *
 * Of executors of one name, which know the same jobs, the one that was given or written down last is asked.
 */
export function executorsOf(place: SweepPlace): Executors {
	const given = new Map<string, Executor>();
	const remade = new Map<string, Executor>();
	const silentSince = new Map<string, Date>();
	const find = async (
		written: WrittenExecutor,
	): Promise<Executor | undefined> => {
		const key = canonical(written);
		const found =
			given.get(written.name) ?? remade.get(key) ?? (await executorAt(written));
		if (found) remade.set(key, found);
		return found;
	};
	const silent = (sentence: string): SeenJobs => ({
		jobs: [],
		silent: [`${sentence}; from the folders`],
	});
	const answerOf = async (written: WrittenExecutor): Promise<SeenJobs> => {
		const name = titled(written.name);
		try {
			const executor = await find(written);
			if (!executor)
				return silent(
					`${name}, to which jobs were sent, is not known to this process and has no \`source\``,
				);
			const jobs = await executor.jobs(place);
			silentSince.delete(name);
			return { jobs: jobs.map((job) => ({ ...job, executor })), silent: [] };
		} catch (error) {
			const since = silentSince.get(name) ?? new Date();
			silentSince.set(name, since);
			const { message } = error as Error;
			return silent(
				`${name} does not answer since ${clockTime(since)} (${message})`,
			);
		}
	};
	return {
		known(one) {
			const executor = isOwn(one) ? (one.make(one.options) as Executor) : one;
			given.set(one.name, executor);
			const { name } = one;
			return {
				executor,
				written: isOwn(one) ? writtenExecutor(one) : { name },
			};
		},
		async ask(submissions) {
			const all = new Map(
				submissions.map(({ executor }) => [executor.name, executor]),
			);
			const answers = await Promise.all([...all.values()].map(answerOf));
			return {
				jobs: answers.flatMap(({ jobs }) => jobs),
				silent: answers.flatMap(({ silent }) => silent),
			};
		},
	};
}
