import { engine as tfEngine } from "@tensorflow/tfjs";

/** The names of the operations of TensorFlow.js that are running, the outermost first. */
export function runningOperations(): string[] {
	const { scopeStack } = tfEngine().state;
	return scopeStack
		.map(({ name }) => name?.replace(/__op$/, ""))
		.filter((name) => name && !/tidy|gradients|^unnamed scope$/.test(name));
}
