import { canonical } from "../canonical.js";
import { isOwn, type Own, ownForm, remakeOwn } from "../own.js";
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

/** Asks executors about the jobs of a sweep: those that are given, and those that earlier submissions name. */
export function executorsOf(place: SweepPlace): Executors {
	const executors = new Map<string, Executor>();
	const silentSince = new Map<string, Date>();
	const find = async (
		written: WrittenExecutor,
	): Promise<Executor | undefined> => {
		const key = canonical(written);
		const found = executors.get(key) ?? (await executorAt(written));
		if (found) executors.set(key, found);
		return found;
	};
	const answerOf = async (written: WrittenExecutor): Promise<SeenJobs> => {
		const key = canonical(written);
		const name = titled(written.name);
		try {
			const executor = await find(written);
			if (!executor)
				return {
					jobs: [],
					silent: [
						`${name} is not known to this process, and has no \`source\`; from the folders`,
					],
				};
			const jobs = await executor.jobs(place);
			silentSince.delete(key);
			return { jobs: jobs.map((job) => ({ ...job, executor })), silent: [] };
		} catch (error) {
			const since = silentSince.get(key) ?? new Date();
			silentSince.set(key, since);
			const { message } = error as Error;
			return {
				jobs: [],
				silent: [
					`${name} does not answer since ${clockTime(since)}; from the folders (${message})`,
				],
			};
		}
	};
	return {
		known(given) {
			const executor = isOwn(given)
				? (given.make(given.options) as Executor)
				: given;
			const written = writtenExecutor(
				isOwn(given)
					? { ...ownForm(given), ...(given.source && { source: given.source }) }
					: { name: given.name },
			);
			executors.set(canonical(written), executor);
			return { executor, written };
		},
		async ask(submissions) {
			const all = new Map(
				submissions.map(({ executor }) => [canonical(executor), executor]),
			);
			const answers = await Promise.all([...all.values()].map(answerOf));
			const seen = new Map(
				answers
					.flatMap(({ jobs }) => jobs)
					.map((job) => [`${job.submission} ${job.index}`, job]),
			);
			return {
				jobs: [...seen.values()],
				silent: answers.flatMap(({ silent }) => silent),
			};
		},
	};
}
