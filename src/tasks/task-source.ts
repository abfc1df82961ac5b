import { findCode } from "../own.js";
import type { Task, TaskSource } from "./task.js";

/** Makes the task that a source describes; throws where the module has no such function. */
export async function makeTask({
	options,
	...source
}: TaskSource): Promise<Task> {
	const make = (await findCode(source)) as (options: unknown) => Task;
	return make(options);
}

/** How another process makes a task, given how it makes the one that it was made of; nothing where it cannot make that. */
export function remakeOf(
	{ remake, source = remake }: Pick<Task, "remake" | "source">,
	how: (made: TaskSource) => TaskSource,
): Pick<Task, "remake"> {
	const made = remake ?? source;
	return made ? { remake: how(made) } : {};
}
