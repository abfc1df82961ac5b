import { existsSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { weightsOf } from "../backbones/backbone.js";
import { canonical } from "../canonical.js";
import { encodePng } from "../image/encode.js";
import { writeWeights } from "../runs/weights-file.js";
import { makeFolder, writeWhole } from "../runs/whole-file.js";
import { type Plan, readPlan } from "./plan.js";
import { planFiles } from "./plan-files.js";
import type { Held } from "./written.js";

/** Throws where a folder has the plan of another sweep: two of one hash. */
function checkSame(folder: string, plan: Omit<Plan, "workingFolder">): void {
	const { workingFolder: _, ...found } = readPlan(folder);
	if (canonical(found) !== canonical(plan))
		throw new Error(
			`${folder} holds another sweep than the one planned, of the same id: name another \`folder\` for one of them`,
		);
}

/**
 * Writes a plan into its folder, below that of the runs, with all that its jobs read and the folders they write to; the
 * plan last. What is there already is left alone.
 */
export function writePlan(
	plan: Omit<Plan, "workingFolder">,
	held: Held,
	runs: string,
): string {
	const folder = resolve(join(runs, "sweeps", plan.id));
	const files = planFiles(folder);
	const isPlanned = existsSync(files.plan);
	if (isPlanned) checkSame(folder, plan);
	for (const part of ["backbones", "submissions", "failed", "logs"] as const)
		makeFolder(files[part]);
	for (const [sha256, backbone] of held.backbones) {
		const path = files.backbone(sha256);
		if (!existsSync(path)) writeWeights(path, weightsOf(backbone), {});
	}
	if (held.images.size > 0) makeFolder(files.images);
	for (const [name, image] of held.images) {
		const path = files.image(name);
		if (!existsSync(path)) writeWhole(path, encodePng(image));
	}
	const workingFolder = relative(folder, process.cwd()).split(sep).join("/");
	const text = JSON.stringify({ ...plan, workingFolder }, null, "\t");
	if (!isPlanned) writeWhole(files.plan, `${text}\n`);
	return folder;
}
