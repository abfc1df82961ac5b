import { clock } from "../train/reporter.js";
import {
	type CellStatus,
	countStates,
	type SweepStatus,
} from "./cell-status.js";
import type { CellState } from "./executor.js";

/** What is shown of a cell. */
export interface ShownCell {
	readonly state: CellState;
	/** The id of its run, without the hash at its end. */
	readonly cell: string;
	readonly step: string;
	readonly loss: string;
	readonly left: string;
	readonly node: string;
	readonly reason: string;
	/** The end of the log of one that failed. */
	readonly log?: string;
}

/** A sweep as a table: what needs a look first. */
export interface StatusTable {
	/** How many cells there are in each state, as a sentence. */
	readonly counts: string;
	readonly notes: readonly string[];
	readonly cells: readonly ShownCell[];
	/** What is not shown of it, as a sentence; empty where all is. */
	readonly rest: string;
}

const order = [
	...["failed", "running", "stopped", "pending", "waiting", "done"],
] as CellState[];

const countsOf = (counts: Readonly<Record<CellState, number>>) =>
	["done", "running", "pending", "waiting", "stopped", "failed"]
		.map((state) => [state, counts[state as CellState]] as const)
		.filter(([, count]) => count > 0)
		.map(([state, count]) => `${count} ${state}`)
		.join(", ");

function shownCell({
	cell,
	state,
	step,
	steps,
	loss,
	secondsLeft,
	node = "",
	reason = "",
	rows,
	log,
}: CellStatus): ShownCell {
	const isTrained = step !== undefined && step === steps;
	const updates = [
		...(step === undefined ? [] : [`${step}`]),
		...(step !== undefined && steps !== undefined ? [`of ${steps}`] : []),
		...(isTrained && cell.rows > 0 ? [`, ${rows} of ${cell.rows} rows`] : []),
	];
	return {
		state,
		cell: cell.run.replace(/-[0-9a-f]{8}$/, ""),
		step: updates.join(" ").replace(" ,", ","),
		loss: loss === undefined ? "" : loss.toPrecision(4),
		left:
			state === "running" && secondsLeft !== undefined && !isTrained
				? clock(secondsLeft)
				: "",
		node,
		// Of a message of several lines the first says what is wrong.
		reason: reason.split("\n")[0] as string,
		...(state === "failed" && log !== undefined && { log }),
	};
}

/** A status as a table of so many cells at most, those that failed and those at work first. */
export function statusTable(
	{ cells, counts, notes }: SweepStatus,
	most: number,
): StatusTable {
	const inOrder = order.flatMap((state) =>
		cells.filter((cell) => cell.state === state),
	);
	const rest = countsOf(countStates(inOrder.slice(most)));
	return {
		counts: `${cells.length} cell${cells.length === 1 ? "" : "s"}: ${countsOf(counts)}`,
		notes,
		cells: inOrder.slice(0, most).map(shownCell),
		rest: rest === "" ? "" : `not shown: ${rest}`,
	};
}
