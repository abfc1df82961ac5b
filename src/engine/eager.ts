import type { Graph, NodeOptions, Output, Value } from "./graph.js";
import { sizeOf } from "./graph.js";
import type { Attribute, DType, Values } from "./onnx.js";
import type { BufferPool } from "./pool.js";
import { Recent } from "./recent.js";
import { createSession, type Feed, Refusal, type Session } from "./session.js";

// A session takes about 60 kB; a training step of ResNet-50 or Swin-T has about 40 different nodes.
const mostSessions = 512;
const sessions = new Recent<Session | Refusal>(mostSessions, (session) => {
	if (!(session instanceof Refusal)) session.dispose();
});

/** Forgets every one-node session, as a change of the number of threads requires. */
export function forgetSessions(): void {
	sessions.clear();
}

/** A node by itself, fit for inputs of any shape. */
interface Single {
	readonly op: string;
	readonly domain: string;
	readonly attributes: Record<string, Attribute>;
	readonly inputs: readonly (DType | undefined)[];
	readonly outputs: readonly DType[];
}

function build(
	{ op, domain, attributes, inputs, outputs }: Single,
	threads: number,
): Session {
	const results = outputs.map((dtype, i) => ({ name: `y${i}`, dtype }));
	return createSession(
		{
			nodes: [
				{
					name: op,
					op,
					domain,
					attributes,
					inputs: inputs.map((dtype, i) => (dtype ? `x${i}` : "")),
					outputs: results.map(({ name }) => name),
				},
			],
			initializers: [],
			inputs: inputs.flatMap((dtype, i) =>
				dtype ? [{ name: `x${i}`, dtype }] : [],
			),
			outputs: results,
		},
		{ threads, executionProviders: ["cpu"], arena: false },
	);
}

// A node that was refused is refused again at no cost.
function sessionOf(node: Single, threads: number): Session {
	const { op, domain, attributes, inputs, outputs } = node;
	const key = JSON.stringify([op, domain, attributes, inputs, outputs]);
	let session = sessions.get(key);
	if (session === undefined) {
		try {
			session = build(node, threads);
		} catch (error) {
			if (!(error instanceof Refusal)) throw error;
			session = error;
		}
		sessions.set(key, session);
	}
	if (session instanceof Refusal) throw session;
	return session;
}

const feedOf = (data: Values, dims: readonly number[], type: DType): Feed => ({
	data,
	dims,
	type,
	location: "cpu",
});

/** A graph whose nodes run as they are written, each by a cached session, into pooled buffers. */
export class EagerGraph implements Graph {
	readonly traced = false;
	readonly channelBlock = 0;
	readonly #taken = new Set<Values>();

	constructor(
		private readonly pool: BufferPool,
		private readonly threads: number,
	) {}

	node(
		op: string,
		inputs: readonly (Value | undefined)[],
		outputs: readonly Output[],
		{ attributes = {}, domain = "" }: NodeOptions = {},
	): Value[] {
		const types = inputs.map((input) => input?.dtype);
		const outputTypes = outputs.map(({ dtype }) => dtype);
		const single = {
			op,
			domain,
			attributes,
			inputs: types,
			outputs: outputTypes,
		};
		const session = sessionOf(single, this.threads);
		const feeds: Record<string, Feed> = {};
		inputs.forEach((input, i) => {
			if (input)
				feeds[`x${i}`] = feedOf(input.data as Values, input.shape, input.dtype);
		});
		const fetches: Record<string, Feed> = {};
		const values = outputs.map(({ shape, dtype }, i) => {
			const data = this.pool.take(dtype, sizeOf(shape));
			this.#taken.add(data);
			fetches[`y${i}`] = feedOf(data, shape, dtype);
			return { shape, dtype, data };
		});
		session.run(feeds, fetches);
		return values;
	}

	made(): undefined {}

	constant(data: Values, shape: readonly number[], dtype: DType): Value {
		return { data, shape, dtype };
	}

	reshape(x: Value, shape: readonly number[]): Value {
		return { ...x, shape };
	}

	/** Gives every buffer back but those of the results. */
	finish(results: readonly Value[]): void {
		for (const { data } of results) this.#taken.delete(data as Values);
		for (const data of this.#taken) this.pool.give(data);
		this.#taken.clear();
	}
}
