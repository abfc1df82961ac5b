import type { Dataset } from "./task.js";

/** The id of an example, which is read where its data set knows no other way. */
export const exampleId = (dataset: Dataset<unknown>, index: number): string =>
	dataset.id?.(index) ?? dataset.sample(index).id;
