import { Worker } from "node:worker_threads";
import type { Checks } from "../check/check-options.js";
import { whole } from "../check/checks.js";
import { threadCount } from "../thread-count.js";

/** How many threads work, and how far they may run ahead. */
export interface PoolOptions {
	/** Threads; default one for each core. */
	readonly workers?: number;
	/** Inputs taken from the source whose output has not been handed out; default eight for each worker. */
	readonly inFlight?: number;
	/**
	 * Inputs given to a worker that it has not answered; default 2, since some inputs take ten times as long
	 * as others. More keep it at work while the main thread has no time for it.
	 */
	readonly waiting?: number;
}

const count = whole({ from: 1 });

/** Checks of the options of a pool. */
export const poolChecks: Checks<PoolOptions> = {
	workers: count,
	inFlight: count,
	waiting: count,
};

/** What the module of a job exports: `startJob(data)` is called once in each worker, `run` for each input. */
export interface JobModule<Data, Input, Output> {
	startJob(data: Data): Job<Input, Output> | Promise<Job<Input, Output>>;
}

/** One kind of work, ready to be done in a worker. */
export interface Job<Input, Output> {
	run(input: Input): Output | Promise<Output>;
	/** The buffers of an output that are moved to the main thread instead of copied. */
	transfer?(output: Output): ArrayBuffer[];
}

/** Which module does the work, and what it is told first; both reach the workers by structured cloning. */
export interface JobSource<Data, Input = never, Output = unknown> {
	readonly module: URL;
	readonly data: Data;
	/** The output of an input that no worker can answer, in its place; `undefined` of all others. */
	readonly here?: (input: Input) => Output | Promise<Output> | undefined;
}

/** The answer of a worker to the input of the same ticket. */
export type Answer<Output> =
	| { readonly ticket: number; readonly output: Output }
	| { readonly ticket: number; readonly error: Error };

/**
 * Maps a stream through worker threads, in order, taking from the source only as the results are taken.
 *
 * The first failure ends the stream with the job's own error, once the results before it are handed out.
 * The workers end with the stream, also when it is left early, and do not keep a process alive on their own.
 * Throws a `RangeError` where an option is not a positive integer.
 */
export async function* mapInWorkers<Data, Input, Output>(
	inputs: Iterable<Input> | AsyncIterable<Input>,
	{ module, data, here }: JobSource<Data, Input, Output>,
	{
		workers = threadCount(),
		inFlight = 8 * workers,
		waiting = 2,
	}: PoolOptions = {},
): AsyncGenerator<Output, void, undefined> {
	checkPositive("workers", workers);
	checkPositive("inFlight", inFlight);
	checkPositive("waiting", waiting);
	const team = Array.from(
		{ length: workers },
		() => new Hand<Input, Output>({ module, data }),
	);
	const pending: Promise<Output>[] = [];
	try {
		const give = distribute(team, waiting);
		for await (const input of inputs) {
			pending.push((here && answered(() => here(input))) ?? give(input));
			if (pending.length === inFlight) yield (await pending.shift()) as Output;
		}
		while (pending.length > 0) yield (await pending.shift()) as Output;
	} finally {
		await Promise.all(team.map((hand) => hand.stop()));
	}
}

/** What is answered here, as the answer of a worker. */
function answered<Output>(
	answer: () => Output | Promise<Output> | undefined,
): Promise<Output> | undefined {
	let output: Promise<Output>;
	try {
		const found = answer();
		if (found === undefined) return undefined;
		output = Promise.resolve(found);
	} catch (error) {
		output = Promise.reject(error);
	}
	// As with a worker's, the failure is the stream's when its turn comes.
	output.catch(() => {});
	return output;
}

/** Gives each input to the worker that is ready for it first. */
function distribute<Input, Output>(
	team: readonly Hand<Input, Output>[],
	mostWaiting: number,
): (input: Input) => Promise<Output> {
	const queue: (() => void)[] = [];
	const idlest = () => team.reduce((a, b) => (b.waiting < a.waiting ? b : a));
	const next = (): void => {
		while (queue.length > 0 && idlest().waiting < mostWaiting)
			queue.shift()?.();
	};
	return (input) => {
		const output = new Promise<Output>((resolve, reject) => {
			queue.push(() => {
				idlest().run(input).then(resolve, reject).finally(next);
			});
		});
		// The failure is the stream's when its turn comes, and nobody's where the stream is left before.
		output.catch(() => {});
		next();
		return output;
	};
}

function checkPositive(name: string, value: number): void {
	if (Number.isInteger(value) && value > 0) return;
	throw new RangeError(`${name} must be a positive integer, not ${value}`);
}

interface Waiting<Output> {
	resolve(output: Output): void;
	reject(error: Error): void;
}

/** One worker and the inputs it has not answered yet. */
class Hand<Input, Output> {
	readonly #worker: Worker;
	readonly #waiting = new Map<number, Waiting<Output>>();
	#tickets = 0;
	#failure: Error | undefined;

	constructor({ module, data }: Pick<JobSource<unknown>, "module" | "data">) {
		this.#worker = new Worker(new URL("./pool-worker.js", import.meta.url), {
			workerData: { module: module.href, data },
			// Options such as --eval, of the program that the pool is part of, are not the worker's.
			execArgv: [],
		});
		this.#worker.unref();
		this.#worker.on("message", (answer: Answer<Output>) => this.#take(answer));
		this.#worker.on("error", (error) => this.#fail(error));
		this.#worker.on("exit", (code) =>
			this.#fail(new Error(`a worker ended early, with exit code ${code}`)),
		);
	}

	get waiting(): number {
		return this.#waiting.size;
	}

	run(input: Input): Promise<Output> {
		return new Promise<Output>((resolve, reject) => {
			if (this.#failure) return reject(this.#failure);
			const ticket = this.#tickets++;
			this.#waiting.set(ticket, { resolve, reject });
			this.#worker.ref();
			this.#worker.postMessage({ ticket, input });
		});
	}

	async stop(): Promise<void> {
		this.#worker.removeAllListeners("exit");
		this.#worker.removeAllListeners("message");
		// Nothing else may keep the process alive until the worker has ended.
		this.#worker.ref();
		await this.#worker.terminate();
	}

	#take(answer: Answer<Output>): void {
		const waiting = this.#waiting.get(answer.ticket);
		this.#waiting.delete(answer.ticket);
		if (this.#waiting.size === 0) this.#worker.unref();
		if ("error" in answer) waiting?.reject(answer.error);
		else waiting?.resolve(answer.output);
	}

	#fail(error: Error): void {
		this.#failure ??= error;
		for (const { reject } of this.#waiting.values()) reject(error);
		this.#waiting.clear();
	}
}
