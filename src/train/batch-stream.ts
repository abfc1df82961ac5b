import { getBackend } from "@tensorflow/tfjs";
import { backendName } from "../engine/backend.js";
import { owned } from "../parallel/arrays.js";
import { mapInWorkers } from "../parallel/pool.js";
import { threadCount } from "../parallel/thread-count.js";
import { defaultWorkers } from "../parallel/thread-shares.js";
import type { Example, Task } from "../tasks/task.js";
import {
	type Batch,
	batchMaker,
	examplesOfPart,
	type MadeImages,
	type MakeBatch,
} from "./batch.js";
import { areImagesAlone } from "./batch-augmenter.js";
import type { BatchSettings, StepImages } from "./batch-worker.js";
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

/** The images of all parts of a step, as a thread is told of them. */
function stepImages<Target>(
	{ task, recipe }: Stream<Target>,
	all: readonly Example<Target>[],
	step: number,
): StepImages {
	const parts = Array.from({ length: recipe.accumulate }, (_, part) => {
		const examples = examplesOfPart(all, part, recipe);
		const images = examples.map(({ image }) => image);
		return { images, size: paddedSize(images, task) };
	});
	// Of their own: an image may be a part of the whole data set.
	return owned({ step, parts }).value;
}

/** Takes examples once `begun` says so, where it does, and has their images augmented by other threads. */
async function* inThreads<Target>(
	stream: Stream<Target>,
	workers: number,
	begun: Promise<boolean>,
): Batches {
	const { task, recipe, from, examples, make } = stream;
	const { augment, reading, consistency, seed } = recipe;
	const { normalization, classes } = task;
	const taken: Example<Target>[][] = [];
	const failed: { readonly error: unknown }[] = [];
	async function* inputs(): AsyncGenerator<StepImages> {
		if (!(await begun)) return;
		try {
			for (let step = from; ; step++) {
				const { value } = await examples.next();
				if (!value) return;
				taken.push(value);
				yield stepImages(stream, value, step);
			}
		} catch (error) {
			// Its turn comes after the batches before it.
			failed.push({ error });
		}
	}
	const inFlight = inFlightOf(workers, stream);
	const module = new URL("./batch-worker.js", import.meta.url);
	const data: BatchSettings = {
		recipe: { augment, reading, consistency, seed },
		facts: { normalization, classes: classes.length },
	};
	const steps = mapInWorkers<BatchSettings, StepImages, MadeImages[]>(
		inputs(),
		{ module, data },
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
const startMilliseconds = 1000;

/** Begins in this thread, and goes on in others where much of the time is spent on the batches. */
async function* whereItPays<Target>(stream: Stream<Target>): Batches {
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
	const threads = inThreads(
		{ ...stream, from: step + lead },
		Math.min(wanted, defaultWorkers()),
		begun,
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
	const canLeave =
		getBackend() === backendName && areImagesAlone(stream.recipe);
	if (!canLeave || workers === 0) return inThisThread(stream);
	if (workers !== undefined)
		return inThreads(stream, workers, Promise.resolve(true));
	return threadCount() > 1 ? whereItPays(stream) : inThisThread(stream);
}

/**
 * The batches of one step after another, their images augmented by other threads ahead of training where that is ours
 * to do and leaves the targets as they are: PRIME and AugMix.
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
