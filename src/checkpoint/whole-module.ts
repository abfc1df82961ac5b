import { PythonObject } from "./pickled.js";

/** A pickled module, weights and the names of its code together. */
type WholeModule = PythonObject & { state: Map<unknown, unknown> };

/** Whether a value from a file is a pickled module. */
export function isWholeModule(value: unknown): value is WholeModule {
	if (!(value instanceof PythonObject)) return false;
	const { state } = value;
	return (
		state instanceof Map && (state.has("_modules") || state.has("_buffers"))
	);
}

/** What is wrong with a pickled module, and what would be right. */
export function moduleProblem({ className }: PythonObject): string {
	return `a pickled whole module (${className}), which only its Python code can load: save its state_dict, torch.save(model.state_dict(), path)`;
}
