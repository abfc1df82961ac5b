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
