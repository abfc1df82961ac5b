import { isOwn } from "../own.js";
import { owned } from "../parallel/arrays.js";
import { mapInWorkers } from "../parallel/pool.js";
import { defaultWorkers } from "../parallel/thread-shares.js";
import type { Example, Task } from "../tasks/task.js";
import { threadCount } from "../thread-count.js";
import { augmentationsOf } from "./augmentations.js";
import {
	type Batch,
	batchMaker,
	examplesOfPart,
	type MadeImages,
	type MakeBatch,
} from "./batch.js";
import { black } from "./batch-augmenter.js";
import type { MixSettings, PartWork } from "./batch-worker.js";
import { viewsOf } from "./consistent-loss.js";
import { exampleStream } from "./example-stream.js";
import { paddedSize } from "./image-batch.js";
import type { Recipe } from "./recipe.js";

/** The batch of a step, part by part; who takes a part disposes of it. */
export type BatchOf = (part: number) => Batch;

/** The batches of one step after another. */
type Batches = AsyncGenerator<BatchOf, void, undefined>;

/** The examples of one step after another, and what makes batches of them. */
interface Stream<Target> {
	readonly task: Task<Target, unknown>;
	readonly recipe: Recipe;
	/** The step to begin with. */
	readonly from: number;
	readonly examples: AsyncGenerator<Example<Target>[], void, undefined>;
	readonly make: MakeBatch<Target>;
}

async function* inThisThread<Target>({
	from,
	examples,
	make,
}: Stream<Target>): Batches {
	let step = from;
	for await (const all of examples) {
		const at = step++;
		yield (part) => make(all, { step: at, part });
	}
}

const mostBytes = 2 ** 28;

/** How many batches are on their way: two for each thread, and one that is taken, but no more than 256 MiB. */
function inFlightOf(
	workers: number,
	{ task, recipe }: Pick<Stream<unknown>, "task" | "recipe">,
): number {
	const images = recipe.batchSize * viewsOf(recipe);
	const bytes = 12 * images * task.inputSize ** 2;
	return Math.max(2, Math.min(2 * workers + 1, Math.floor(mostBytes / bytes)));
}

/** What threads do: PRIME, where a recipe changes batches by nothing else. */
export function mixSettings(
	recipe: Recipe,
	{ mean }: Task["normalization"],
): MixSettings | undefined {
	const [first, ...others] = augmentationsOf(recipe).batches;
	const isOurs = first && !isOwn(first.of);
	if (!isOurs || !first.made.prime || others.length > 0) return undefined;
	return {
		options: first.made.prime,
		padding:
			first.made.padding === "black"
				? { before: black }
				: { before: mean, after: mean },
		seed: recipe.seed,
		views: viewsOf(recipe),
	};
}

/** What a thread is to make of the images of all parts of a step. */
function workOf<Target>(
	{ task, recipe }: Stream<Target>,
	all: readonly Example<Target>[],
	step: number,
): PartWork[] {
	return Array.from({ length: recipe.accumulate }, (_, part) => {
		const given = examplesOfPart(all, part, recipe).map(({ image }) => image);
		// Of their own: an image may be a part of the whole data set.
		const images = owned(given).value;
		return { images, size: paddedSize(given, task), step, part };
	});
}

/** Takes examples once `begun` says so, where it does, and has their images mixed by other threads. */
async function* inThreads<Target>(
	stream: Stream<Target>,
	{
		workers,
		settings,
		begun,
	}: {
		readonly workers: number;
		readonly settings: MixSettings;
		readonly begun: Promise<boolean>;
	},
): Batches {
	const { from, examples, make } = stream;
	const taken: Example<Target>[][] = [];
	const failed: { readonly error: unknown }[] = [];
	async function* inputs(): AsyncGenerator<PartWork[]> {
		if (!(await begun)) return;
		try {
			for (let step = from; ; step++) {
				const { value } = await examples.next();
				if (!value) return;
				taken.push(value);
				yield workOf(stream, value, step);
			}
		} catch (error) {
			// Its turn comes after the batches before it.
			failed.push({ error });
		}
	}
	const inFlight = inFlightOf(workers, stream);
	const module = new URL("./batch-worker.js", import.meta.url);
	const steps = mapInWorkers<MixSettings, PartWork[], MadeImages[]>(
		inputs(),
		{ module, data: settings },
		{ workers, inFlight, waiting: inFlight },
	);
	let step = from;
	for await (const made of steps) {
		const all = taken.shift() ?? [];
		const at = step++;
		yield (part) => make(all, { step: at, part }, made[part]);
	}
	for (const { error } of failed) throw error;
}

// The first steps are slow: things are compiled.
const slowSteps = 2;
const trialSteps = 3;
/** The share of a step that is worth the trouble. */
const worthwhile = 0.03;
/** How long threads take to start. */
const startMilliseconds = 200;

/** Begins in this thread, and goes on in others where much of the time is spent on the batches. */
async function* whereItPays<Target>(
	stream: Stream<Target>,
	settings: MixSettings,
): Batches {
	let [making, all, step] = [0, 0, stream.from];
	const timed: MakeBatch<Target> = (...given) => {
		const began = performance.now();
		const batch = stream.make(...given);
		making += performance.now() - began;
		return batch;
	};
	const here = inThisThread({ ...stream, make: timed });
	for (let trial = -slowSteps; trial < trialSteps; trial++, step++) {
		if (trial === 0) making = 0;
		const began = performance.now();
		const { value } = await here.next();
		if (!value) return;
		yield value;
		if (trial >= 0) all += performance.now() - began;
	}
	if (making < worthwhile * all) return yield* here;
	const lead = Math.ceil((startMilliseconds * trialSteps) / all);
	const wanted = Math.ceil(making / (all - making));
	let begin: (isBegun: boolean) => void = () => {};
	const begun = new Promise<boolean>((resolve) => {
		begin = resolve;
	});
	const workers = Math.min(wanted, defaultWorkers());
	const threads = inThreads(
		{ ...stream, from: step + lead },
		{ workers, settings, begun },
	);
	const first = threads.next();
	// Its failure is thrown in its turn, and nobody's where training stops before.
	first.catch(() => {});
	try {
		for (const last = step + lead; step < last; step++) {
			const { value } = await here.next();
			if (!value) return;
			yield value;
		}
		begin(true);
		const { value } = await first;
		if (value) yield value;
		yield* threads;
	} finally {
		begin(false);
		await threads.return();
	}
}

/** The batches of the steps, made where it is best. */
function batchesOf<Target>(
	stream: Stream<Target>,
	workers: number | undefined,
): Batches {
	const settings = mixSettings(stream.recipe, stream.task.normalization);
	if (!settings || workers === 0) return inThisThread(stream);
	if (workers !== undefined) {
		const begun = Promise.resolve(true);
		return inThreads(stream, { workers, settings, begun });
	}
	return threadCount() > 1
		? whereItPays(stream, settings)
		: inThisThread(stream);
}

/**
 * The batches of one step after another, their images mixed by other threads ahead of training where PRIME is all that
 * changes them; this thread draws.
 *
 * They do not depend on the number of threads, 0 for none; left out, as many as keep up with training, where more than a
 * few percent of the time is spent on them. As `exampleStream`, which makes the examples, it throws what a task throws,
 * and the threads end with it.
 */
export async function* batchStream<Target>(
	{ task, recipe, from }: Omit<Stream<Target>, "examples" | "make">,
	workers?: number,
): Batches {
	const examples = exampleStream({ task, recipe, from }, workers);
	const make = batchMaker(task, recipe);
	try {
		yield* batchesOf({ task, recipe, from, examples, make }, workers);
	} finally {
		await examples.return();
	}
}
