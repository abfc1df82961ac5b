import { type Checks, checkOptions } from "../check/check-options.js";
import type { Image } from "../image/image.js";
import {
	mapInWorkers,
	type PoolOptions,
	poolChecks,
} from "../parallel/pool.js";
import { type CorruptOptions, corruptionChecks } from "./corrupt.js";
import { type CorruptionInput, startJob } from "./corrupt-worker.js";
import type { AnyCorruption, Severity } from "./corruption.js";
import { isForHere, sent } from "./find-corruption.js";

/** One image to corrupt, and how; whatever else the request holds comes back with the result. */
export interface CorruptionRequest {
	/** What the draws derive from, besides corruption, severity and seed. */
	readonly id: string;
	readonly image: Image;
	/** The name of a built-in one, or one of one's own, which the main thread applies where it has no `source`. */
	readonly corruption: AnyCorruption;
	readonly severity: Severity;
}

/** What `corrupt` is told about every image, and how many threads work. */
export interface CorruptAllOptions
	extends Omit<CorruptOptions, "severity" | "id">,
		PoolOptions {}

const checks: Checks<CorruptAllOptions> = {
	...corruptionChecks,
	...poolChecks,
};

/**
 * Corrupts a stream of images on all cores, in order; each comes back with its request, `image` replaced.
 *
 * The results do not depend on the number of workers. At most `inFlight` images are taken ahead of
 * the results. Fails, naming image and corruption, at the first image that cannot be corrupted.
 */
export async function* corruptAll<Request extends CorruptionRequest>(
	requests: Iterable<Request> | AsyncIterable<Request>,
	options: CorruptAllOptions = {},
): AsyncGenerator<Request, void, undefined> {
	checkOptions("corruptAll", options, checks);
	const { workers, inFlight, waiting, ...data } = options;
	const taken: Request[] = [];
	async function* inputs(): AsyncGenerator<CorruptionInput> {
		for await (const request of requests) {
			const { id, image, corruption, severity } = request;
			taken.push(request);
			yield { id, image, corruption: sent(corruption), severity };
		}
	}
	const module = new URL("./corrupt-worker.js", import.meta.url);
	const job = startJob(data);
	const here = (input: CorruptionInput) =>
		isForHere(input.corruption) ? job.run(input) : undefined;
	const images = mapInWorkers<typeof data, CorruptionInput, Image>(
		inputs(),
		{ module, data, here },
		{ workers, inFlight, waiting },
	);
	for await (const image of images) {
		yield { ...(taken.shift() as Request), image };
	}
}
