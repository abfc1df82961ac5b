import { join } from "node:path";
import type { Recipe } from "../train/recipe.js";
import type { Plan } from "./plan.js";
import { planFiles } from "./plan-files.js";

/** A cell of a sweep: one run, and its scores. */
export interface SweepCell {
	/** The id of the run. */
	readonly run: string;
	/** The run's folder. */
	readonly folder: string;
	/** What runs and rows call the backbone; its architecture's family where it has no name. */
	readonly backbone: string;
	readonly task: string;
	/** As the plan has it: things of one's own by where they are found. */
	readonly recipe: Recipe;
	/** Updates; left out where the clock decides. */
	readonly steps?: number;
	/** How many rows it is to have. */
	readonly rows: number;
}

/** The cells of a plan, in its order. */
export function cellsOfPlan(folder: string, plan: Plan): SweepCell[] {
	const { runs } = planFiles(folder);
	return plan.cells.map(({ run, backbone, task, recipe, steps }) => {
		const source = plan.backbones[backbone] as Plan["backbones"][number];
		const { family } = source.architecture;
		const planned = plan.tasks[task] as Plan["tasks"][number];
		return {
			run,
			folder: join(runs, run),
			backbone:
				source.name ?? (typeof family === "string" ? family : family.name),
			task: planned.name,
			recipe: plan.recipes[recipe] as Recipe,
			...(steps !== undefined && { steps }),
			rows: planned.rows.length,
		};
	});
}
