import type { NamedTensors } from "../checkpoint/tensor.js";

/**
 * Gives the norm of a classifier of four stages its own name: mmclassification calls it by its stage, `norm3`, and
 * has no norm on the others, as detectors have.
 */
export const lastNorm = (tensors: NamedTensors): ((name: string) => string) => {
	const isClassifier =
		Object.hasOwn(tensors, "norm3.weight") &&
		!Object.hasOwn(tensors, "norm0.weight");
	return (name) => (isClassifier ? name.replace(/^norm3\./, "norm.") : name);
};
