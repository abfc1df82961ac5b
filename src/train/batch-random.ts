import { Random } from "../random.js";

/** The random numbers of the augmentations of a batch, of a part of a step. */
export const batchRandom = ({
	seed,
	step,
	part,
}: {
	readonly seed: number;
	readonly step: number;
	readonly part: number;
}): Random => new Random("augmentation", seed, step, part);
