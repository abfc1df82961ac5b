import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeWhole } from "../runs/whole-file.js";
import { planFiles } from "./plan-files.js";

/** Why a cell failed. */
export interface Failure {
	readonly message: string;
	/** Where, and of what it follows. */
	readonly stack?: string;
	readonly host: string;
	/** What its executor calls the job. */
	readonly job: string;
	/** Which start of the job it was, from 0. */
	readonly attempt: number;
	/** When, by the clock of the host, as ISO 8601 has it. */
	readonly when: string;
}

/** Writes down why a cell failed. */
export const writeFailure = (
	folder: string,
	run: string,
	failure: Failure,
): void =>
	writeWhole(
		planFiles(folder).failure(run),
		`${JSON.stringify(failure, null, "\t")}\n`,
	);

/** Forgets why a cell failed: it is tried again. */
export const removeFailure = (folder: string, run: string): void =>
	rmSync(planFiles(folder).failure(run), { force: true });

function readFailure(path: string): Failure | undefined {
	try {
		return JSON.parse(readFileSync(path, "utf8")) as Failure;
	} catch {
		// It may just have been removed, since the cell is tried again.
		return undefined;
	}
}

/** Why cells failed, by their runs. */
export function readFailures(folder: string): Map<string, Failure> {
	const files = planFiles(folder);
	if (!existsSync(files.failed)) return new Map();
	const runs = readdirSync(files.failed).flatMap(
		(name) => /^(.+)\.json$/.exec(name)?.[1] ?? [],
	);
	return new Map(
		runs.flatMap((run) => {
			const failure = readFailure(files.failure(run));
			return failure ? [[run, failure] as const] : [];
		}),
	);
}
