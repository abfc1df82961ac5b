import type { ArchitectureForm } from "../backbones/architecture-form.js";
import type { Normalization } from "../nn/normalize.js";
import { listFolders, openFolder, type RunFolder } from "../runs/run-folder.js";
import type { TaskIdentity } from "../tasks/task-identity.js";
import type { Derived, Origin } from "./lineage.js";
import type { Probed } from "./probe-settings.js";
import type { Recipe } from "./recipe.js";

/** What a run is of: the content of `recipe.json`. */
export interface RunRecord {
	readonly id: string;
	/** 2; runs of early versions have none. */
	readonly format?: number;
	readonly backbone: {
		readonly name: string;
		readonly architecture: ArchitectureForm;
		/** Of the weights that fine-tuning starts from; `unknown` where it was not done here. */
		readonly sha256: string;
	};
	readonly task: {
		readonly name: string;
		readonly miniature: boolean;
		/** What the task's score is called; not part of the run's id. */
		readonly metric: string;
		readonly classes: number;
		readonly inputSize: number;
		readonly normalization: Normalization;
		readonly train: string;
		/** 0 where the run was not fine-tuned here. */
		readonly trainImages: number;
		/** A hash of the training data, where its name does not say what it holds. */
		readonly contents?: string;
		/** What its recipe watches, where it does. */
		readonly heldOut?: {
			readonly name: string;
			readonly images: number;
			readonly contents?: string;
		};
		readonly settings?: unknown;
	} & TaskIdentity;
	readonly recipe: Recipe;
	/** Where a run began with the weights of another one. */
	readonly from?: Origin;
	/** Where a run was made of others by `combineRuns`. */
	readonly derived?: Derived;
	/** Where the head was fitted by `probe`. */
	readonly probe?: Probed;
	/** Of the weights of a run that was not fine-tuned here: their SHA-256. */
	readonly imported?: string;
	/** What the run was begun with; not part of its id. */
	readonly engine: {
		readonly name: string;
		readonly version: string;
		readonly device: string;
		/** Where the engine says how many; runs of early versions do not. */
		readonly threads?: number;
	};
	readonly versions: Readonly<Record<string, string>>;
}

/** A fine-tuned network on the disk, or one that is being trained. */
export type Run = RunFolder<RunRecord>;

/** Opens the run in a folder; throws, naming the file, where it is missing, damaged or of a later version. */
export const openRun = (folder: string): Run => openFolder<RunRecord>(folder);

/** All runs in a folder such as `runs`, by id; none where it does not exist. */
export const listRuns = (folder = "runs"): Run[] =>
	listFolders<RunRecord>(folder);
