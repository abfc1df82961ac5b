import type { Dataset } from "./task.js";

/** What to predict of an example, whose image is read where its data set knows no other way. */
export const exampleTarget = <Target>(
	dataset: Dataset<Target>,
	index: number,
): Target =>
	dataset.target ? dataset.target(index) : dataset.sample(index).target;
