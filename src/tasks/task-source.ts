import type { Task, TaskSource } from "./task.js";

/** Makes the task that a source describes; throws where the module has no such function. */
export async function makeTask({
	module,
	name,
	options,
}: TaskSource): Promise<Task> {
	const exported = (await import(module)) as Record<string, unknown>;
	const make = exported[name];
	if (typeof make !== "function")
		throw new Error(
			`${module} exports no function "${name}": a task's \`source\` names the function that makes it`,
		);
	return make(options) as Task;
}
