import { middle, type Pace } from "./pace.js";

/** Cells that take as long as each other. */
export interface PacedCells {
	/** What they have in common: backbone, task, and what tells the recipe. */
	readonly what: string;
	/** Their runs, and what is left of each. */
	readonly cells: readonly CellLeft[];
	/** Undefined where it could not be found out. */
	readonly pace?: Pace;
	/** Why it could not. */
	readonly reason?: string;
}

/** What is left to do for a cell. */
export interface CellLeft {
	readonly run: string;
	/** Updates; undefined where the clock decides. */
	readonly steps?: number;
	/** Where the clock decides: seconds of training. */
	readonly seconds?: number;
	/** Images that are to be scored, under all conditions together. */
	readonly images: number;
}

/** Who would run the cells. */
export interface Hands {
	readonly name: string;
	/** Threads of each job. */
	readonly threads: number;
	readonly atOnce?: number;
	readonly cellsPerJob?: number;
}

/** How long a sweep takes. */
export interface Estimate {
	/** Of the whole plan. */
	readonly cells: number;
	/** Those that are not done. */
	readonly left: number;
	/** Those left of which it is not known how long they take, which the hours do not count. */
	readonly unknown: number;
	/** Of one job after another. */
	readonly jobHours: number;
	/** The same times the threads of a job. */
	readonly coreHours: number;
	/** Until the last has ended, with as many at once as there are to be. */
	readonly wallHours: number;
	/** Where starting takes more than a twentieth of a job: how many cells each job had better have. */
	readonly cellsPerJob?: number;
	/** The largest memory of a worker that was measured, in bytes. */
	readonly bytes?: number;
	/** All of this in words, a sentence each. */
	readonly sentences: readonly string[];
	toString(): string;
}

const hour = 3600;

/** How long the work on a cell takes by itself, without the start of a process. */
export const secondsOf = (
	{ steps = 0, seconds, images }: CellLeft,
	{ step, compile, image }: Pace,
): number =>
	(seconds ?? (steps > 0 ? compile + steps * step : 0)) + images * image;

/** When the last of some jobs ends that are begun in their order, so many at once. */
export function wallSeconds(jobs: readonly number[], atOnce: number): number {
	const hands = Array<number>(Math.max(Math.min(atOnce, jobs.length), 1)).fill(
		0,
	);
	for (const seconds of jobs) {
		const first = hands.indexOf(Math.min(...hands));
		hands[first] = (hands[first] as number) + seconds;
	}
	return Math.max(...hands);
}

const most = 0.05;

/** How many cells a job is to have so that its start is a twentieth of it at most, and all hands have some. */
function wantedPerJob(
	cells: readonly { readonly seconds: number; readonly begin: number }[],
	atOnce: number,
): number {
	const own = middle(cells.map(({ seconds }) => seconds));
	const begin = middle(cells.map((cell) => cell.begin));
	const wanted = own > 0 ? Math.ceil(begin / (most * own)) : 1;
	const fair = Number.isFinite(atOnce) ? cells.length / atOnce : cells.length;
	return Math.max(Math.min(wanted, Math.floor(fair)), 1);
}

const two = (value: number): string => String(Number(value.toPrecision(2)));

/** A time in words: `45 s`, `41 min`, `4.2 h`, `3 days`. */
export function timeText(seconds: number): string {
	if (seconds < 99.5) return `${two(seconds)} s`;
	if (seconds < 99.5 * 60) return `${Math.round(seconds / 60)} min`;
	if (seconds < 72 * hour) return `${two(seconds / hour)} h`;
	return `${Math.round(seconds / (24 * hour))} days`;
}

const hours = (value: number): string =>
	value < 99.5 ? two(value) : String(Math.round(value));

const paceText = ({ step, from }: Pace): string =>
	`${two(step)} s a step, ${from}`;

const counted = (count: number, what: string): string =>
	`${count} ${what}${count === 1 ? "" : "s"}`;

const gigabytes = (bytes: number): string => `${two(bytes / 1e9)} GB`;

const memoryText = (bytes: number, atOnce: number | undefined): string =>
	atOnce === undefined || atOnce === 1
		? `a worker takes ${gigabytes(bytes)} of memory`
		: `a worker takes ${gigabytes(bytes)} of memory, ${atOnce} at once ${gigabytes(atOnce * bytes)}`;

type Sums = Omit<Estimate, "sentences" | "toString">;

function sentencesOf(
	groups: readonly PacedCells[],
	sums: Sums,
	{ name, atOnce, cellsPerJob = 1 }: Hands,
): string[] {
	const { cells, left, unknown, jobHours, coreHours, wallHours } = sums;
	if (left === 0) return [`all ${counted(cells, "cell")} are done`];
	const known = groups.filter(({ pace }) => pace);
	const each = ({ cells: own, pace }: PacedCells): string =>
		timeText(middle(own.map((cell) => secondsOf(cell, pace as Pace))));
	const [only] = known;
	const one =
		known.length === 1 && only?.pace
			? ` x ${each(only)} (${paceText(only.pace)})`
			: "";
	const wall =
		atOnce === undefined
			? `about ${timeText(hour * wallHours)} where all run at once`
			: `about ${timeText(hour * wallHours)} at ${atOnce} at once`;
	const total =
		known.length === 0
			? `${left} of ${counted(cells, "cell")} are left`
			: `${left - unknown} of ${counted(cells, "cell")}${one} = ${hours(jobHours)} job-hours, ${hours(coreHours)} core-hours; ${wall}`;
	return [
		total,
		...(known.length < 2
			? []
			: known.map(
					(group) =>
						`${group.what}: ${group.cells.length} x ${each(group)} (${paceText(group.pace as Pace)})`,
				)),
		...groups
			.filter(({ pace }) => !pace)
			.map(
				({ what, cells: own, reason }) =>
					`${what}: ${counted(own.length, "cell")}, of which it is not known how long they take: ${reason}`,
			),
		...(sums.bytes === undefined ? [] : [memoryText(sums.bytes, atOnce)]),
		...(sums.cellsPerJob !== undefined && sums.cellsPerJob > cellsPerJob
			? [
					`the start of a worker is more than a twentieth of a job: ${name}({ ..., cellsPerJob: ${sums.cellsPerJob} }) has fewer`,
				]
			: []),
	];
}

/** Adds up how long cells take, by whose hands they are run. */
export function estimateOf(
	groups: readonly PacedCells[],
	hands: Hands,
	cells: number,
): Estimate {
	const { threads, atOnce = Number.POSITIVE_INFINITY, cellsPerJob = 1 } = hands;
	const paced = groups.flatMap(({ cells: own, pace }) =>
		pace
			? own.map((cell) => ({
					seconds: secondsOf(cell, pace),
					begin: pace.begin ?? 0,
				}))
			: [],
	);
	const jobs = Array.from(
		{ length: Math.ceil(paced.length / cellsPerJob) },
		(_, i) => {
			const own = paced.slice(i * cellsPerJob, (i + 1) * cellsPerJob);
			const begin = Math.max(...own.map((cell) => cell.begin));
			return own.reduce((sum, { seconds }) => sum + seconds, begin);
		},
	);
	const jobSeconds = jobs.reduce((sum, seconds) => sum + seconds, 0);
	const left = groups.reduce((sum, group) => sum + group.cells.length, 0);
	const bytes = Math.max(0, ...groups.map(({ pace }) => pace?.bytes ?? 0));
	const wanted = wantedPerJob(paced, atOnce);
	const sums: Sums = {
		...{ cells, left, unknown: left - paced.length },
		jobHours: jobSeconds / hour,
		coreHours: (threads * jobSeconds) / hour,
		wallHours: jobs.length > 0 ? wallSeconds(jobs, atOnce) / hour : 0,
		...(wanted > 1 && { cellsPerJob: wanted }),
		...(bytes > 0 && { bytes }),
	};
	const sentences = sentencesOf(groups, sums, hands);
	const text = sentences.join("\n");
	return {
		...sums,
		sentences,
		toString: () => text,
		[Symbol.for("Jupyter.display")]: () => ({ "text/plain": text }),
	};
}
