import { existsSync, readFileSync } from "node:fs";
import type { Cell } from "../evaluate/cell.js";
import { planFiles } from "./plan-files.js";
import type { WrittenBackbone } from "./written.js";

/** Which form of `plan.json` is written. */
export const planFormat = 1;

/** What a row of a cell is to be of: all that tells it from other rows. */
export type WantedRow = Omit<Cell, "applied">;

/** A task as a plan writes it down. */
export interface PlannedTask {
	readonly name: string;
	/** The function that makes it, and its options. */
	readonly source: unknown;
	/** The rows that each of its cells is to have; none where nothing is scored. */
	readonly rows: readonly WantedRow[];
	/** Whether rows are to have what they are made of, image by image. */
	readonly perImage: boolean;
}

/** A cell as a plan writes it down: places in the plan's lists. */
export interface PlannedCell {
	/** The id of the run that `finetune` makes, and the name of its folder. */
	readonly run: string;
	readonly backbone: number;
	readonly task: number;
	readonly recipe: number;
	/** Updates; left out where the clock decides. */
	readonly steps?: number;
}

/** What `plan.json` says: all that a worker needs, beside the weights of the backbones. */
export interface Plan {
	readonly format: number;
	/** A hash of all the rest but `workingFolder`. */
	readonly id: string;
	/** The folder that relative paths of data start from, from the sweep's own, with `/` between folders. */
	readonly workingFolder: string;
	readonly backbones: readonly WrittenBackbone[];
	readonly tasks: readonly PlannedTask[];
	/** With their seeds; things of one's own by where they are found. */
	readonly recipes: readonly unknown[];
	/** The options of `evaluate`; null where nothing is scored. */
	readonly evaluate: unknown;
	readonly cells: readonly PlannedCell[];
}

/** Reads the plan of a sweep; throws, naming the file, where it is missing, damaged or of a later version. */
export function readPlan(folder: string): Plan {
	const { plan: path } = planFiles(folder);
	if (!existsSync(path))
		throw new Error(
			`there is no sweep in ${folder}: it has no plan.json; sweep({ ... }) plans one, and says its folder`,
		);
	let plan: Plan | undefined;
	try {
		plan = JSON.parse(readFileSync(path, "utf8")) as Plan;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
	}
	if ((plan?.format ?? planFormat) > planFormat)
		throw new Error(
			`${path} was written by a later version, in format ${plan?.format}: this one reads up to ${planFormat}`,
		);
	if (typeof plan?.id === "string" && Array.isArray(plan.cells)) return plan;
	throw new Error(
		`${path} is damaged: it is not the plan of a sweep; remove it, and plan the sweep again: its runs are kept`,
	);
}
