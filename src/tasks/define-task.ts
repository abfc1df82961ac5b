import * as tf from "@tensorflow/tfjs";
import { isDerived, isOurs, markDerived } from "../code-text.js";
import type { NetworkOutput, Task } from "./task.js";
import {
	checkParts,
	checkTask,
	codeOf,
	isGuarded,
	isPart,
	unknownPart,
} from "./task-identity.js";

/** All of a task but how it was made; `loss` may be left out where there is an `outputLoss`. */
export type TaskParts<
	Target = unknown,
	Prediction = unknown,
	Output extends NetworkOutput = NetworkOutput,
> = Omit<Task<Target, Prediction, Output>, "made" | "loss"> &
	Partial<Pick<Task<Target, Prediction, Output>, "loss">>;

/** The parts that threads use. */
const ofThreads = ["train", "test", "augment", "prepare"];

/** The loss of the network's output, as a loss of images. */
function lossOfOutput({
	name,
	forward,
	outputLoss,
}: Pick<TaskParts, "name" | "forward" | "outputLoss">): Task["loss"] {
	if (!outputLoss)
		throw new TypeError(
			`the task ${name} needs a \`loss\` that goes with its \`forward\`, or an \`outputLoss\` of what that gives`,
		);
	return markDerived<Task["loss"]>((network, { images, targets }, options) =>
		tf.tidy(() => outputLoss(forward(network, images, options), targets)),
	);
}

/** Whether a consistency is that of another loss or network than it stands beside. */
const isStale = (
	{ consistency, loss, forward }: Partial<Record<keyof Task, unknown>>,
	before: Readonly<Record<string, unknown>>,
): boolean =>
	consistency !== undefined &&
	consistency === before.consistency &&
	(loss !== before.loss || forward !== before.forward);

/**
 * Makes a task of its parts; `finetune` and `evaluate` take no other.
 *
 * The id of a run depends on all parts that training depends on, and the key of a row on all that scoring does:
 * on values and names as they are, on functions by their text, unless a module of this package is the `source` and
 * they are not the parts of another task, spread.
 * What functions close over is not in their text: say it in `settings`. Without `loss`, it is the `outputLoss` of
 * what `forward` gives; throws where there is neither, and for functions that have no text.
 */
export function defineTask<Target, Prediction, Output extends NetworkOutput>(
	parts: TaskParts<Target, Prediction, Output>,
): Task<Target, Prediction, Output> {
	checkParts(parts);
	const loss =
		parts.loss && !isDerived(parts.loss)
			? parts.loss
			: lossOfOutput(parts as unknown as TaskParts);
	// The parts of another task, spread: what that was called by says nothing of those beside them.
	const before = (parts as Partial<Pick<Task, "made">>).made;
	const isPublished = !before && isOurs(parts.source?.module);
	const whole = { ...parts, loss };
	if (before && isStale(parts, before.parts)) delete whole.consistency;
	const changes = before?.changes ?? {};
	const made = { parts: whole, changes, isPublished };
	return { ...whole, made } as Task<Target, Prediction, Output>;
}

/** Loss and output loss that go with each other, where one of them or the network is changed. */
function matched(task: Task, changes: Partial<Task>): Partial<Task> {
	if (changes.loss)
		return {
			outputLoss: undefined,
			...(task.consistency && { consistency: undefined }),
			...changes,
		};
	if (!changes.forward && !changes.outputLoss) return changes;
	return { ...changes, loss: lossOfOutput({ ...task, ...changes }) };
}

/**
 * The same task with some parts changed, and a name for the change, which becomes part of the ids of its runs and
 * the keys of its rows: `vary(cifar10(), "label smoothing 0.1", { outputLoss })`.
 *
 * The text of a function counts too, but not what it closes over: two changes that differ in a number need two
 * names. A changed `loss` leaves no `outputLoss`; a changed `outputLoss` or `forward` becomes the loss. Threads cannot
 * see changed data, `augment` or `prepare`, and are not used, unless `source` says how they make the varied task.
 * Throws where the task was changed otherwise, a part is unknown, or a function has no text.
 */
export function vary<Given extends Pick<Task, "name" | "made">>(
	task: Given,
	name: string,
	changes: Partial<Omit<Given, "name" | "made">>,
): Given {
	const whole = task as unknown as Task;
	checkTask(whole);
	if (typeof name !== "string" || name.trim() === "")
		throw new TypeError(
			`vary needs a name for the change, such as "label smoothing 0.1", not ${JSON.stringify(name)}`,
		);
	const unknown = Object.keys(changes).find(
		(key) => !isPart(key) && !Object.hasOwn(whole.made.parts, key),
	);
	if (unknown !== undefined)
		throw unknownPart(unknown, Object.keys(whole.made.parts));
	const changed = matched(whole, changes as Partial<Task>);
	const guarded = Object.keys(changed).filter(isGuarded);
	const { made } = whole;
	const added = guarded.map((key) => {
		const code = codeOf(key, changed[key as keyof Task]);
		return [key, [...(made.changes[key] ?? []), { name, code }]] as const;
	});
	const hidden = guarded.some((key) => ofThreads.includes(key));
	const varied = {
		...task,
		...(hidden && { source: undefined }),
		...(guarded.length > 0 && whole.remake && { remake: undefined }),
		...changed,
		made: {
			...made,
			parts: { ...made.parts, ...changed },
			changes: { ...made.changes, ...Object.fromEntries(added) },
		},
	};
	checkTask(varied as unknown as Task);
	return varied;
}
