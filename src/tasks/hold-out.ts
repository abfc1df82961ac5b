import { shortHash } from "../canonical.js";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, whole } from "../check/checks.js";
import { Random } from "../random.js";
import { vary } from "./define-task.js";
import { exampleId } from "./example-id.js";
import type { Dataset, Task, TaskSource } from "./task.js";
import { codeOf } from "./task-identity.js";
import { makeTask } from "./task-source.js";

/** Which part of the training data is held out. */
export interface HoldOutOptions {
	/** Of all training examples, about: each is held out or not by its own id alone; 0.1 by default. */
	readonly share?: number;
	/** Others are held out for another seed; 0 by default. */
	readonly seed?: number;
}

const checks: Checks<HoldOutOptions> = {
	share: number({ above: 0, below: 1 }),
	seed: whole(),
};

/** How threads make a task that holds something out. */
interface Remade extends Required<HoldOutOptions> {
	readonly source: TaskSource;
}

/** Makes in a thread what `holdOut` gives. */
export const remakeHoldOut = async ({
	source,
	...options
}: Remade): Promise<Task> => holdOut(await makeTask(source), options);

/** For each example whether it is held out. */
function draw(
	train: Dataset<unknown>,
	{ share, seed }: Required<HoldOutOptions>,
): boolean[] {
	const random = new Random();
	return Array.from({ length: train.length }, (_, index) => {
		random.reseed("hold-out", seed, exampleId(train, index));
		return random.uniform() < share;
	});
}

/** Some examples of a data set as another one. */
function subset<Target>(
	dataset: Dataset<Target>,
	indices: readonly number[],
	{ name, contents }: Pick<Dataset<Target>, "name" | "contents">,
): Dataset<Target> {
	const at = (index: number): number => {
		const own = indices[index];
		if (own !== undefined) return own;
		throw new RangeError(
			`${name} has examples 0 to ${indices.length - 1}, not ${index}`,
		);
	};
	return {
		name,
		...(contents !== undefined && { contents }),
		length: indices.length,
		sample: (index) => dataset.sample(at(index)),
		id: (index) => exampleId(dataset, at(index)),
		...(dataset.group && {
			group: (index: number) => dataset.group?.(at(index)) ?? 0,
		}),
	};
}

/**
 * The same task without a part of its training data, which is its `heldOut` instead: to score a network on while it is
 * trained, to stop by, or to choose a recipe by, so that the test data are left for the end.
 *
 * Whether an example is held out depends on its id and the seed alone: on every machine, in any order, and whatever
 * other examples there are; those of a smaller share are among those of a larger one. `vary(task, "scored on held-out
 * data", { test: task.heldOut })` is the task whose rows are of them. Data sets without `id` are read once. Throws
 * where the task has held-out data already, or nothing is left on one side.
 */
export function holdOut<
	Given extends Pick<
		Task,
		"name" | "made" | "train" | "source" | "remake" | "heldOut"
	>,
>(
	task: Given,
	options: HoldOutOptions = {},
): Given & { readonly heldOut: Given["train"] } {
	checkOptions("holdOut", options, checks);
	const { share = 0.1, seed = 0 } = options;
	const { train, source, remake, made, heldOut } = task;
	if (heldOut)
		throw new Error(
			`the task ${task.name} has held-out data already: ${heldOut.name}`,
		);
	const isHeldOut = draw(train, { share, seed });
	const indices = (wanted: boolean): number[] =>
		isHeldOut.flatMap((is, index) => (is === wanted ? [index] : []));
	const [kept, held] = [indices(false), indices(true)];
	if (kept.length === 0 || held.length === 0)
		throw new RangeError(
			`of ${train.length} examples of ${train.name}, ${held.length} would be held out: choose another share than ${share}, or another seed`,
		);
	const what = `${Number((100 * share).toPrecision(12))} %`;
	// The text of someone's own data set counts as it does in their task.
	const contents = made.isPublished
		? train.contents
		: shortHash([train.contents ?? null, codeOf("train", train)]);
	const part = (name: string, own: readonly number[]) =>
		subset(train, own, {
			name: `${train.name}${name} (seed ${seed})`,
			...(contents !== undefined && { contents }),
		});
	const remadeFrom = (source: TaskSource): TaskSource => ({
		module: import.meta.url,
		name: remakeHoldOut.name,
		options: { source, share, seed } satisfies Remade,
	});
	const changes: Partial<Task> = {
		train: part(` without ${what}`, kept),
		heldOut: part(`, ${what} held out`, held),
		...(source && { source: remadeFrom(source) }),
		...(remake && { remake: remadeFrom(remake) }),
	};
	return vary(
		task as unknown as Task,
		`without ${what} (seed ${seed})`,
		changes,
	) as unknown as Given & { readonly heldOut: Given["train"] };
}
