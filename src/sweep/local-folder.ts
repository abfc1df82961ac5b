import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { ProcessMark } from "../runs/process-mark.js";
import { makeFolder, writeWhole } from "../runs/whole-file.js";

/** A submission as it is asked of a supervisor. */
export interface LocalRequest {
	readonly submission: number;
	readonly jobs: number;
	/** Workers at once, at most. */
	readonly atOnce: number;
	/** Of each worker. */
	readonly threads: number;
	/** How long a worker that is told to end may take. */
	readonly graceSeconds: number;
	/** The program that is started for each job, with the folder, the submission and the index behind it. */
	readonly command: readonly string[];
	/** Where it is started: paths of data are relative to it. */
	readonly cwd: string;
}

/** A job as its supervisor writes it down. */
export interface LocalJob {
	readonly state: "pending" | "running" | "ended";
	/** The worker, from its start on. */
	readonly worker?: ProcessMark;
	/** How it ended; nothing is said of one that came to its end. */
	readonly reason?: string;
}

/** What a supervisor writes down of a submission. */
export interface LocalRecord extends LocalRequest {
	readonly records: readonly LocalJob[];
}

/** The paths of what a sweep's supervisor on one machine reads and writes. */
export function localFiles(sweep: string, host = hostname()) {
	const folder = join(sweep, "local", host);
	const numbered = (submission: number) =>
		`${String(submission).padStart(4, "0")}.json`;
	return {
		folder,
		/** What goes wrong with the supervisor itself. */
		log: join(folder, "supervisor.log"),
		/** Submissions that no supervisor has taken yet. */
		requests: join(folder, "requests"),
		request: (submission: number) =>
			join(folder, "requests", numbered(submission)),
		records: join(folder, "submissions"),
		record: (submission: number) =>
			join(folder, "submissions", numbered(submission)),
		/** Jobs that are to end, a file each. */
		ending: join(folder, "ending"),
	};
}

/** The log of a job of a sweep. */
export const logOf = (sweep: string, submission: number, index: number) =>
	join(sweep, "logs", `${submission}_${index}.log`);

/** What a job of this machine is called. */
export const jobId = (submission: number, index: number): string =>
	`${submission}_${index}`;

/** Makes the folders of a supervisor, and that of the logs. */
export function makeLocalFolders(sweep: string): void {
	const { requests, records, ending } = localFiles(sweep);
	for (const folder of [requests, records, ending, join(sweep, "logs")])
		makeFolder(folder);
}

/** The machines that have run jobs of a sweep, by their names. */
export function hostsOf(sweep: string): string[] {
	const folder = join(sweep, "local");
	return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** The names in a folder, but for those of files that are being written; none where it is not there. */
export const namesIn = (folder: string): string[] =>
	existsSync(folder)
		? readdirSync(folder)
				.filter((name) => !name.endsWith(".partial"))
				.sort()
		: [];

function readAll<Content>(folder: string): Content[] {
	return namesIn(folder).flatMap((name) => {
		const path = join(folder, name);
		try {
			return [JSON.parse(readFileSync(path, "utf8")) as Content];
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
			throw new Error(
				`${path} is damaged: it does not say which jobs there were; remove it, and submit again`,
				{ cause: error },
			);
		}
	});
}

/** The submissions that a machine's supervisors have taken, from the first. */
export const readRecords = (sweep: string, host?: string): LocalRecord[] =>
	readAll(localFiles(sweep, host).records);

/** The submissions that no supervisor has taken yet. */
export const readRequests = (sweep: string): LocalRequest[] =>
	readAll(localFiles(sweep).requests);

/** Writes down a submission that a supervisor has taken. */
export const writeRecord = (sweep: string, record: LocalRecord): void =>
	writeWhole(
		localFiles(sweep).record(record.submission),
		JSON.stringify(record),
	);

/** Hands a submission to whoever supervises. */
export const writeRequest = (sweep: string, request: LocalRequest): void =>
	writeWhole(
		localFiles(sweep).request(request.submission),
		JSON.stringify(request),
	);

/** Removes a request that has been taken, or that nobody took. */
export const removeRequest = (sweep: string, submission: number): void =>
	rmSync(localFiles(sweep).request(submission), { force: true });
