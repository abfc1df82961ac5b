import type { Dataset, Task } from "../../src/tasks/task.js";
import type { Bundle } from "./bundle.js";
import { count, factsBundle } from "./facts.js";
import { captioned } from "./picture.js";

const shownExamples = 10;
const shownClasses = 20;

/** Tells a task by its fields. */
function isTask(value: object): value is Task {
	const task = value as Partial<Task>;
	return (
		Array.isArray(task.classes) &&
		typeof task.train?.sample === "function" &&
		typeof task.test?.sample === "function" &&
		typeof task.metricName === "string"
	);
}

function examples(
	data: Dataset<unknown>,
	{ classes }: Pick<Task, "classes">,
): string {
	const shown = Math.min(shownExamples, data.length);
	return Array.from({ length: shown }, (_, index) => {
		const { image, target } = data.sample(index);
		const name = classes[target as number] ?? "";
		return captioned(image, name, 96);
	}).join("");
}

const sizeOf = ({ name, length }: Dataset<unknown>) =>
	`${count(length)} images, ${name}`;

function classList({ classes }: Task): string {
	const names = classes.slice(0, shownClasses).join(", ");
	return `${classes.length}: ${names}${classes.length > shownClasses ? ", …" : ""}`;
}

/** A task as its classes and sizes, with its first training images, or test images where it has no others. */
export function taskBundle(value: object): Bundle | undefined {
	if (!isTask(value)) return undefined;
	const title = `Task ${value.name}${value.miniature ? " (miniature)" : ""}`;
	const always = {
		classes: classList(value),
		"network sees": `${value.inputSize} pixels`,
		score: value.metricName,
	};
	const { train, test } = value;
	const shown = (first: Dataset<unknown>, sizes: object): Bundle =>
		factsBundle(
			title,
			{ ...always, ...sizes, test: sizeOf(test) },
			`<div>${examples(first, value)}</div>`,
		);
	try {
		return shown(train, { train: sizeOf(train) });
	} catch (error) {
		// The data may not have been fetched yet, or be there for testing alone.
		try {
			return shown(test, {});
		} catch {
			const data = (error as Error).message;
			return factsBundle(title, { ...always, data });
		}
	}
}
