import { shortHash } from "../canonical.js";
import { didYouMean } from "../check/did-you-mean.js";
import { isDerived, textOf } from "../code-text.js";
import type { Dataset, Task } from "./task.js";

/** What a part of a task was changed to. */
export interface Change {
	/** What its maker calls it. */
	readonly name: string;
	/** A hash of its text, or of its value. */
	readonly code: string;
}

/** How a task was made; written by `defineTask` and `vary`, and what tells a change from a part of the task's own. */
export interface Made {
	readonly parts: Readonly<Record<string, unknown>>;
	/** By the name of the part, in the order in which they were made. */
	readonly changes: Readonly<Record<string, readonly Change[]>>;
	/** Whether this package made it: its name and settings then say what its functions do. */
	readonly isPublished: boolean;
}

/**
 * What depends on a part of a task: the network, what it learns, or only its scores; `watching` are the scores that a
 * run is led by while it is trained, `consistency` what it learns where a recipe asks for that, `adapting` the scores
 * of networks that are adapted.
 */
export type Concern =
	| "network"
	| "training"
	| "consistency"
	| "scoring"
	| "adapting"
	| "watching";

/** The parts of which a run or a row depends on more than their values say; null for those that are read anew. */
const concerns: Record<keyof Task, Concern | null> = {
	name: null,
	miniature: null,
	normalization: null,
	corruptionVariant: null,
	corruptedAt: null,
	testBatchSize: null,
	metricName: null,
	source: null,
	remake: null,
	made: null,
	entropy: "adapting",
	consistency: "consistency",
	classes: "network",
	inputSize: "network",
	settings: "network",
	uses: "network",
	headParams: "network",
	forward: "network",
	padded: "network",
	train: "training",
	augment: "training",
	loss: "training",
	outputLoss: "training",
	batchTargets: "training",
	heldOut: "watching",
	test: "scoring",
	prepare: "scoring",
	predictions: "scoring",
	confidences: "scoring",
	metric: "scoring",
};

/** Whether all tasks may have a part of that name. */
export const isPart = (key: string): key is keyof Task =>
	Object.hasOwn(concerns, key);

/** What depends on a part. */
export const concernOf = (key: string): Concern | null =>
	isPart(key) ? concerns[key] : null;

/** Whether a part can be changed by `vary` alone. */
export const isGuarded = (key: string): boolean =>
	!isPart(key) || concerns[key] !== null;

const isDataset = (value: unknown): value is Dataset<unknown> =>
	typeof (value as Partial<Dataset<unknown>> | null)?.sample === "function";

/** A hash of what a part is: the text of a function, the name, contents and text of data, or a value. */
export function codeOf(what: string, value: unknown): string {
	if (typeof value === "function")
		return shortHash(textOf(what, value as () => unknown));
	if (isDataset(value)) {
		const { name, contents = null, sample, group } = value;
		return shortHash({
			name,
			contents,
			sample: textOf(`${what}.sample`, sample),
			group: group ? textOf(`${what}.group`, group) : null,
		});
	}
	return shortHash(value ?? null);
}

/** What tells a task from its namesakes, as far as something depends on it; plain JSON. */
export interface TaskIdentity {
	/** The changes by part. */
	readonly changes?: Readonly<Record<string, readonly Change[]>>;
	/** Hashes of the text of its functions, by what depends on them, where they are not this package's. */
	readonly code?: Readonly<Partial<Record<Concern, string>>>;
}

/** The parts that something depends on: watching scores too, but not on the test data. */
const keysOf = (concern: Concern): string[] =>
	Object.keys(concerns).filter(
		(key) =>
			concernOf(key) === concern ||
			(concern === "watching" &&
				concernOf(key) === "scoring" &&
				key !== "test"),
	);

/** What of a task's identity a run or a row depends on. */
export function taskIdentity(
	{ made, name }: Pick<Task, "made" | "name">,
	...wanted: Concern[]
): TaskIdentity {
	const changed = wanted.flatMap(keysOf).filter((key) => made.changes[key]);
	const codeFor = (concern: Concern): string =>
		shortHash(
			keysOf(concern)
				.filter((key) => made.parts[key] !== undefined)
				// It says nothing that the others do not, and rows are older than it.
				.filter(
					(key) =>
						key !== "confidences" || !isDerived(made.parts[key] as object),
				)
				.map((key) => [key, codeOf(`${key} of ${name}`, made.parts[key])]),
		);
	return {
		...(changed.length > 0 && {
			changes: Object.fromEntries(
				changed.map((key) => [key, made.changes[key] as Change[]]),
			),
		}),
		...(!made.isPublished && {
			code: Object.fromEntries(
				wanted.map((concern) => [concern, codeFor(concern)]),
			),
		}),
	};
}

/** What the changes are called, each once. */
export const changeNames = ({ changes = {} }: TaskIdentity): string[] => [
	...new Set(
		Object.values(changes)
			.flat()
			.map(({ name }) => name),
	),
];

const ownKeys = Object.keys(concerns).filter((key) => key !== "made");

/** What to say of a part that neither all tasks have nor this one. */
export function unknownPart(
	key: string,
	own: readonly string[] = [],
): TypeError {
	const known = [...new Set([...ownKeys, ...own])].filter(
		(name) => name !== "made",
	);
	return new TypeError(
		`a task has no "${key}": its parts are ${known.join(", ")}${didYouMean(key, known)}`,
	);
}

/** Throws where parts, of a task or a change of one, have a function that no task has. */
export function checkParts(parts: object, own: readonly string[] = []): void {
	for (const [key, value] of Object.entries(parts))
		if (!isPart(key) && !own.includes(key) && typeof value === "function")
			throw unknownPart(key, own);
}

/**
 * Throws where a task was not made by `defineTask`, or was changed by anything but `vary` in a part that runs or rows
 * depend on: the sentence shows how to say what the change is.
 */
export function checkTask(task: Task): void {
	const { name, made } = task;
	if (!made)
		throw new TypeError(
			`the task ${name} is a plain object, by which no run can be called: make it with defineTask({ ... })`,
		);
	const keys = new Set([...Object.keys(task), ...Object.keys(made.parts)]);
	for (const key of keys) {
		if (!isGuarded(key)) continue;
		const value = task[key as keyof Task] as unknown;
		if (value === made.parts[key]) continue;
		if (!isPart(key) && !Object.hasOwn(made.parts, key))
			throw unknownPart(key, Object.keys(made.parts));
		throw new TypeError(
			`the task ${name} has another ${key} than it was made with, and nothing says what it is: name the change with vary(task, "what it is", { ${key} }), so that its runs and rows are called by it`,
		);
	}
}
