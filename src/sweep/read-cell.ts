import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { isOf } from "../evaluate/cell.js";
import type { ResultRow } from "../evaluate/result-row.js";
import { readResults } from "../evaluate/results.js";
import { type LogRow, runFiles } from "../runs/run-folder.js";
import { fileEnd } from "./file-end.js";
import { type HeldBy, heldBy } from "./held-by.js";
import type { PlannedTask, WantedRow } from "./plan.js";

/** What a run's folder says of a cell. */
export interface CellReading {
	/** Whether there is a run. */
	readonly begun: boolean;
	/** Whether it has come to its end, and has all its rows. */
	readonly done: boolean;
	/** The rows that it has of those it is to have, in their order. */
	readonly rows: readonly ResultRow[];
	/** What of its folder cannot be read: it is damaged. */
	readonly problem?: string;
	/** The last row of its log. */
	readonly last?: LogRow;
	readonly held?: HeldBy;
}

const nothing: CellReading = { begun: false, done: false, rows: [] };

const endBytes = 4096;

function lastRow(path: string): LogRow | undefined {
	const lines = fileEnd(path, endBytes)?.split("\n").slice(0, -1) ?? [];
	for (const line of lines.reverse())
		try {
			return JSON.parse(line) as LogRow;
		} catch {
			// A line that a killed process has left unfinished, and another has written on.
		}
	return undefined;
}

/** The rows of a finished run that are wanted, each once. */
function rowsOf(
	folder: string,
	{ rows: wanted, perImage }: Pick<PlannedTask, "rows" | "perImage">,
): ResultRow[] {
	const found = readResults({ folder }).filter(
		(row) =>
			row.step === undefined && (!perImage || row.perImage !== undefined),
	);
	return wanted.flatMap(
		(row: WantedRow) =>
			found.findLast((one) => isOf(one, { ...row, applied: null })) ?? [],
	);
}

function tryRows(...given: Parameters<typeof rowsOf>): {
	readonly rows: readonly ResultRow[];
	readonly problem?: string;
} {
	try {
		return { rows: rowsOf(...given) };
	} catch (error) {
		return { rows: [], problem: (error as Error).message };
	}
}

/**
 * Reads how far a cell is from the folder of its run, which is listed and whose files are opened anew: on a network,
 * what was known of them may be old. A folder that is not there is no failure.
 */
export function readCell(
	folder: string,
	task: Pick<PlannedTask, "rows" | "perImage">,
): CellReading {
	let names: string[];
	try {
		names = readdirSync(folder);
	} catch (error) {
		const { code = "" } = error as NodeJS.ErrnoException;
		if (["ENOENT", "ESTALE"].includes(code)) return nothing;
		throw error;
	}
	const files = runFiles(folder);
	const has = (file: keyof typeof files): boolean =>
		names.includes(basename(files[file]));
	const finished = has("weights");
	const { rows, problem } =
		finished && has("results") ? tryRows(folder, task) : { rows: [] };
	const last = has("log") ? lastRow(files.log) : undefined;
	const held = heldBy(folder);
	return {
		begun: has("record"),
		done: finished && rows.length === task.rows.length,
		rows,
		...(problem !== undefined && { problem }),
		...(last && { last }),
		...(held && { held }),
	};
}
