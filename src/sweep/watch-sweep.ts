import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type Checks, checkOptions } from "../check/check-options.js";
import { abortSignal, callable, number } from "../check/checks.js";
import { notebookSignal } from "../train/notebook-signal.js";
import type { SweepStatus } from "./cell-status.js";
import { notebookShow } from "./notebook-show.js";
import { statusHtml } from "./status-html.js";
import { statusText } from "./status-text.js";

/** How a sweep is watched. */
export interface WatchOptions {
	/** Is given each status; by default a table in a notebook that changes in place, and nothing elsewhere. */
	readonly show?: (status: SweepStatus) => void;
	/** Ends watching, not the jobs, as a notebook's interrupt does. */
	readonly signal?: AbortSignal;
	/** How often the folders of runs are read, in seconds; 5 by default. */
	readonly everySeconds?: number;
}

const checks: Checks<WatchOptions> = {
	show: callable,
	signal: abortSignal,
	everySeconds: number({ above: 0 }),
};

/** The least and the most seconds between two questions to an executor. */
const asks = { least: 15, most: 60 } as const;

/** Shows a status in a notebook, in one place; nothing elsewhere. */
function inNotebook(): (status: SweepStatus) => void {
	const show = notebookShow();
	let shown: ReturnType<NonNullable<typeof show>> | undefined;
	return (status) => {
		if (!show) return;
		const data = {
			"text/html": statusHtml(status),
			"text/plain": statusText(status, { cells: 40 }),
		};
		if (shown) shown.update(data);
		else shown = show(data);
	};
}

/** Whether nobody works on a cell, nor will. */
const isOver = ({ counts }: SweepStatus): boolean =>
	counts.running + counts.pending === 0;

/** Asks less often what has not changed for long. */
function patience(): (status: SweepStatus) => number {
	let before: unknown;
	let changedAt = performance.now();
	return ({ cells }) => {
		const states = cells.map(({ state, job, reason }) => [state, job, reason]);
		if (!isDeepStrictEqual(states, before)) changedAt = performance.now();
		before = states;
		const unchanged = (performance.now() - changedAt) / 1000;
		return Math.min(Math.max(unchanged / 2, asks.least), asks.most);
	};
}

/** Watches a sweep until no job lives that works on its cells, or `signal` ends that; returns how far it is then. */
export async function watchSweep(
	status: (given: { readonly jobsEvery: number }) => Promise<SweepStatus>,
	options: WatchOptions = {},
): Promise<SweepStatus> {
	checkOptions("watch", options, checks);
	const { show = inNotebook(), everySeconds = 5 } = options;
	const signal = notebookSignal(options.signal);
	const wait = patience();
	let jobsEvery = 0;
	for (;;) {
		const now = await status({ jobsEvery });
		show(now);
		const isAnew = jobsEvery === 0;
		if (signal?.aborted || (isAnew && isOver(now))) return now;
		jobsEvery = wait(now);
		if (isOver(now)) {
			// Another process may have sent something since executors were asked.
			jobsEvery = 0;
			continue;
		}
		await delay(1000 * everySeconds, undefined, {
			...(signal && { signal }),
		}).catch(() => {});
	}
}
