import type { CellState } from "./executor.js";
import type { SweepCell } from "./sweep-cell.js";

/** How far a cell is, and what is known of it. */
export interface CellStatus {
	readonly cell: SweepCell;
	readonly state: CellState;
	/** Updates made, of `steps`, as far as its log says. */
	readonly step?: number;
	readonly steps?: number;
	/** As the log says last. */
	readonly loss?: number;
	/** Of training, where it goes on as fast as before. */
	readonly secondsLeft?: number;
	/** How many of its rows it has. */
	readonly rows: number;
	/** What its executor calls the last job that it was sent in. */
	readonly job?: string;
	/** Where it runs, or ran. */
	readonly node?: string;
	/** Why it failed, stopped or waits. */
	readonly reason?: string;
	/** Of a failed or stopped one: the last lines of its job's log. */
	readonly log?: string;
}

/** How far a sweep is. */
export interface SweepStatus {
	/** In the order of the plan. */
	readonly cells: readonly CellStatus[];
	/** How many cells are in each state. */
	readonly counts: Readonly<Record<CellState, number>>;
	/** What is not known, a sentence each: such as that an executor does not answer. */
	readonly notes: readonly string[];
}

/** How many cells are in each state. */
export function countStates(
	cells: readonly Pick<CellStatus, "state">[],
): Record<CellState, number> {
	const counts = {
		waiting: 0,
		pending: 0,
		running: 0,
		stopped: 0,
		done: 0,
		failed: 0,
	};
	for (const { state } of cells) counts[state]++;
	return counts;
}
