import { shortHash } from "../canonical.js";
import type { OwnForm } from "../own.js";
import { runFiles } from "../runs/run-folder.js";
import { savedHash } from "../runs/weights-file.js";
import { recipeHash } from "./describe-run.js";
import { probeText } from "./probe-settings.js";
import { variationOf } from "./recipe-variation.js";
import type { Run, RunRecord } from "./run.js";

/** A run whose weights another one is made of. */
export interface Ancestor {
	readonly id: string;
	/** Of its weights. */
	readonly sha256: string;
	/** A hash of all that distinguishes it but its seed: rows of several seeds are of one kind. */
	readonly recipe: string;
	/** What texts call it: `fixed-feature lr 0.1`. */
	readonly kind: string;
}

/** The run whose weights a run began with, in place of the backbone's and of layers drawn anew. */
export interface Origin extends Ancestor {
	/** Whether its head was brought to the size of one drawn anew. */
	readonly rescaleHead?: true;
}

/** Of what a run was made, which was not trained. */
export interface Derived {
	readonly rule: OwnForm;
	readonly of: readonly Ancestor[];
	/** The data by which the rule chose or measured, where it did. */
	readonly data?: unknown;
	/** What the rule found, such as which runs it took; it follows from the rest, and is not part of the id. */
	readonly found?: unknown;
}

function kindOf(record: RunRecord): string {
	const { derived, recipe, task, probe } = record;
	if (probe) return probeText(probe);
	// What both have in common, its rows say.
	const variation = variationOf({ ...record, task: { ...task, changes: {} } });
	return [
		derived?.rule.name ?? recipe.transfer,
		`lr ${recipe.learningRate}`,
		...(variation ? [`(${variation})`] : []),
	].join(" ");
}

/** What another run says of a finished one that it is made of. */
export async function ancestorOf({
	id,
	folder,
	record,
}: Run): Promise<Ancestor> {
	const { transfer, reading, learningRate } = record.recipe;
	const recipe = recipeHash(record);
	return {
		id,
		sha256: await savedHash(runFiles(folder).weights),
		recipe: shortHash({ recipe, transfer, reading, learningRate }),
		kind: kindOf(record),
	};
}
