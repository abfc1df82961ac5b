import { existsSync, readdirSync, readFileSync } from "node:fs";
import { portableModule } from "../code-text.js";
import type { EngineChoice } from "../engine/engine.js";
import { type CodeSource, type Own, type OwnForm, ownForm } from "../own.js";
import { writeWhole } from "../runs/whole-file.js";
import type { Executor } from "./executor.js";
import { planFiles } from "./plan-files.js";

/** An executor as a submission writes it down. */
export interface WrittenExecutor extends OwnForm {
	/** How another process makes it; without, only one that is given it can ask it. */
	readonly source?: CodeSource;
}

/** Jobs that were sent together: written down before they are, and again with what the executor calls them. */
export interface Submission {
	/** From 1. */
	readonly number: number;
	readonly executor: WrittenExecutor;
	/** What its workers compute with, as far as the process that sent them had named it. */
	readonly engine?: EngineChoice;
	/** The runs of the cells of each job, in the order in which it works on them. */
	readonly jobs: readonly (readonly string[])[];
	/** What the executor calls its jobs; not there where the process ended before it could write them down. */
	readonly ids?: readonly string[];
}

/** What is written down of an executor. */
export const writtenExecutor = (own: Own<Executor>): WrittenExecutor => ({
	...ownForm(own),
	...(own.source && {
		source: { ...own.source, module: portableModule(own.source.module) },
	}),
});

/** Writes down a submission, whole. */
export const writeSubmission = (folder: string, submission: Submission): void =>
	writeWhole(
		planFiles(folder).submission(submission.number),
		`${JSON.stringify(submission, null, "\t")}\n`,
	);

/** Reads a submission; throws, naming the file, where it is missing or damaged. */
export function readSubmission(folder: string, number: number): Submission {
	const path = planFiles(folder).submission(number);
	let found: Submission | undefined;
	try {
		found = JSON.parse(readFileSync(path, "utf8")) as Submission;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
	}
	if (found?.number === number && Array.isArray(found.jobs)) return found;
	throw new Error(
		`${path} is damaged: it does not say which cells its jobs are of; remove it once its jobs have ended, and submit again`,
	);
}

/** All submissions of a sweep, from the first. */
export function readSubmissions(folder: string): Submission[] {
	const { submissions } = planFiles(folder);
	if (!existsSync(submissions)) return [];
	return readdirSync(submissions)
		.flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? [])
		.map(Number)
		.sort((a, b) => a - b)
		.map((number) => readSubmission(folder, number));
}
