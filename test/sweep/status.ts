import {
	type CellStatus,
	countStates,
	type SweepStatus,
} from "../../src/sweep/cell-status.js";
import type { CellState } from "../../src/sweep/executor.js";
import { smallRecipe } from "./small.js";

/** A cell in some state, of which more may be known. */
export function madeUpCell(
	run: string,
	state: CellState,
	known: Partial<Omit<CellStatus, "cell" | "state">> = {},
): CellStatus {
	const cell = {
		...{ run, folder: run, backbone: "none", task: "shapes", rows: 16 },
		recipe: smallRecipe,
	};
	return { cell, state, rows: 0, ...known };
}

/** A status of some cells. */
export const madeUpStatus = (
	cells: readonly CellStatus[],
	notes: readonly string[] = [],
): SweepStatus => ({ cells, counts: countStates(cells), notes });
