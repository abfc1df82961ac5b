import { isDeepStrictEqual } from "node:util";
import { isOwn } from "../own.js";
import type { Owned } from "../parallel/arrays.js";
import { mapInWorkers } from "../parallel/pool.js";
import {
	checkWorkers,
	defaultWorkers,
	sharesOf,
} from "../parallel/thread-shares.js";
import { fitsMemory, memoryBytes } from "../tasks/remembered.js";
import type { Example, Task, TaskSource } from "../tasks/task.js";
import { augmentationsOf } from "./augmentations.js";
import type { ExampleSettings, SentAugment, Span } from "./example-worker.js";
import { type ExampleRecipe, exampleMaker } from "./examples.js";

/** The examples of one step after another. */
type Steps<Target> = AsyncGenerator<Example<Target>[], void, undefined>;

interface Stream<Target> {
	readonly task: Task<Target, unknown>;
	readonly recipe: ExampleRecipe;
	/** The step to begin with. */
	readonly from: number;
}

/** The augmentations of single images as threads are told of them; undefined where they cannot find one. */
function sentAugments(recipe: ExampleRecipe): SentAugment[] | undefined {
	const sent: SentAugment[] = [];
	for (const { of } of augmentationsOf(recipe).images) {
		if (!isOwn(of)) sent.push(of as SentAugment);
		else if (!of.source) return undefined;
		else {
			const { name, options, source } = of;
			sent.push({ name, options, source });
		}
	}
	return sent;
}

const maker = <Target>({ task, recipe }: Omit<Stream<Target>, "from">) => {
	const { batchSize } = recipe;
	const exampleAt = exampleMaker(task, recipe);
	return (step: number) =>
		Array.from({ length: batchSize }, (_, i) =>
			exampleAt(step * batchSize + i),
		);
};

async function* inThisThread<Target>(stream: Stream<Target>): Steps<Target> {
	const make = maker(stream);
	for (let step = stream.from; ; step++) yield make(step);
}

/** What to say where threads make another task than the one given. */
export const staleSource = (
	{ name, module }: TaskSource,
	augment: readonly SentAugment[] = [],
): Error => {
	const own = augment.flatMap((sent) => ("source" in sent ? [sent] : []));
	const others = own.map(
		({ name, source }) =>
			`, or the augmentation ${name} is not what ${source.name} of ${source.module} makes: name in its \`source\` what its \`make\` is, or leave \`source\` out`,
	);
	return new Error(
		`the task that threads make by ${name} of ${module} shows other examples than the one given: a task that is changed with a spread needs another \`source\`, or { ...task, source: undefined }${others.join("")}`,
	);
};

/** What threads are told of a task and its augmentations. */
interface Sent {
	readonly source: TaskSource;
	readonly augment: readonly SentAugment[];
}

function checkSame<Target>(
	{ task, recipe }: Stream<Target>,
	{ first, count }: Span,
	{ found, source, augment }: { found: Example<Target>[] } & Sent,
): void {
	const exampleAt = exampleMaker(task, recipe);
	const own = Array.from({ length: count }, (_, i) => exampleAt(first + i));
	if (isDeepStrictEqual(found, structuredClone(own))) return;
	throw staleSource(source, augment);
}

async function* inThreads<Target>(
	stream: Stream<Target>,
	{ workers, ...sent }: { workers: number } & Sent,
): Steps<Target> {
	const { task, recipe, from } = stream;
	const { batchSize, seed } = recipe;
	// Twice the square of the shorter side: for longer ones, and targets.
	const imageBytes = 6 * task.inputSize ** 2;
	const { chunk, ...pool } = sharesOf(workers, { batchSize, imageBytes });
	function* spans(): Generator<Span> {
		for (let step = from; ; step++)
			for (let start = 0; start < batchSize; start += chunk)
				yield {
					first: step * batchSize + start,
					count: Math.min(chunk, batchSize - start),
				};
	}
	const module = new URL("./example-worker.js", import.meta.url);
	const data: ExampleSettings = {
		...sent,
		seed,
		batchSize,
		mostBytes: memoryBytes / workers,
	};
	const chunks = mapInWorkers<ExampleSettings, Span, Owned<Example<Target>[]>>(
		spans(),
		{ module, data },
		pool,
	);
	let isChecked = false;
	let examples: Example<Target>[] = [];
	for await (const { value: found } of chunks) {
		if (!isChecked) {
			const span = { first: from * batchSize, count: found.length };
			checkSame(stream, span, { found, ...sent });
			isChecked = true;
		}
		examples.push(...found);
		if (examples.length === batchSize) {
			yield examples;
			examples = [];
		}
	}
}

// The first steps are slow: things are compiled.
const slowSteps = 2;
const trialSteps = 3;
/** The share of a step that is worth the trouble. */
const worthwhile = 0.03;
/** How long threads take to start. */
const startMilliseconds = 1000;

/** Begins in this thread, and goes on in others where much of the time is spent on the examples. */
async function* whereItPays<Target>(
	stream: Stream<Target>,
	sent: Sent,
): Steps<Target> {
	const make = maker(stream);
	const isRemembered = fitsMemory(stream.task.train);
	let [step, preparing, all] = [stream.from, 0, 0];
	for (let trial = -slowSteps; trial < trialSteps; trial++, step++) {
		const began = performance.now();
		const examples = make(step);
		const made = performance.now();
		yield examples;
		if (trial < 0) continue;
		all += performance.now() - began;
		// Only once are remembered ones read or drawn.
		const again = performance.now();
		if (isRemembered) make(step);
		preparing += isRemembered ? performance.now() - again : made - began;
	}
	if (preparing < worthwhile * all) {
		yield* inThisThread({ ...stream, from: step });
		return;
	}
	const lead = Math.ceil((startMilliseconds * trialSteps) / all);
	const threads = inThreads(
		{ ...stream, from: step + lead },
		{ ...sent, workers: defaultWorkers() },
	);
	const first = threads.next();
	// Its failure is thrown in its turn, and nobody's where training stops before.
	first.catch(() => {});
	try {
		for (const last = step + lead; step < last; step++) yield make(step);
		const { value } = await first;
		if (value) yield value;
		yield* threads;
	} finally {
		await threads.return();
	}
}

/**
 * The examples of one step after another, as the network sees them, made by other threads ahead of
 * training where the task has a `source`, and each augmentation of single images that is one's own.
 *
 * They do not depend on the number of threads, 0 for none; left out, one less than there are cores, where
 * more than a few percent of the time is spent on examples. About 256 MiB of them are ahead at most. The
 * threads end with the stream. Throws what a task throws, also in a thread.
 */
export function exampleStream<Target>(
	stream: Stream<Target>,
	workers?: number,
): Steps<Target> {
	const { source } = stream.task;
	checkWorkers(workers);
	const augment = sentAugments(stream.recipe);
	if (!source || !augment || workers === 0) return inThisThread(stream);
	if (workers === undefined) return whereItPays(stream, { source, augment });
	return inThreads(stream, { source, augment, workers });
}
