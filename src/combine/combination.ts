import type { NamedTensors } from "../checkpoint/tensor.js";
import type { Own } from "../own.js";
import type { Run } from "../train/run.js";

/** A run that is combined with others. */
export interface Member {
	readonly run: Run;
	/** Reads its weights: float32, as a state_dict. */
	read(): Promise<NamedTensors>;
}

/** What a rule is told, and what it can do with weights. */
export interface CombineAbout {
	/** Tells the task's own layers. */
	readonly isHead: (name: string) => boolean;
	/**
	 * The score of weights on the task's held-out data, or another figure of its metric, in percent; the rule must use
	 * `watching`.
	 */
	score(tensors: NamedTensors, metric?: string): Promise<number>;
	/**
	 * The same weights with the statistics that batch norms have on so many batches of training images; the rule must
	 * use `training`.
	 */
	reEstimated(tensors: NamedTensors, batches: number): Promise<NamedTensors>;
	/** The diagonal of the Fisher information of the network of a member; the rule must use `training`. */
	fisher(member: Member, options: FisherOptions): Promise<NamedTensors>;
}

/** What the Fisher information is estimated on. */
export interface FisherOptions {
	/** Training examples, each of which is seen once as test images are. */
	readonly examples: number;
	/** Chooses examples and labels. */
	readonly seed: number;
}

/** What a rule makes of runs. */
export interface Combined {
	readonly tensors: NamedTensors;
	/** What it found on the way, plain JSON: which runs it took, say. */
	readonly found?: unknown;
}

/**
 * How several runs become one: one's own rule is `{ name, options, make }` where `make` gives this of the options; ours
 * are made the same way.
 */
export interface CombineRule {
	/** The data of the task that it depends on: those it was trained on, or those held out. */
	readonly uses?: readonly ("training" | "watching")[];
	/** The run whose recipe the rows of the result show: the first by default. */
	readonly leader?: "first" | "last";
	/** The runs in an order of its own, where theirs does not matter; throws, saying why, where it cannot take them. */
	arrange?(runs: readonly Run[]): readonly Run[];
	/** The weights of all of them in one. */
	combine(
		members: readonly Member[],
		about: CombineAbout,
	): Combined | Promise<Combined>;
}

/** A rule by which `combineRuns` makes one run of several. */
export type Combination = Own<CombineRule>;
