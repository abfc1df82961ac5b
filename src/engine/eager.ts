import type { Graph, NodeOptions, Output, Value } from "./graph.js";
import { sizeOf } from "./graph.js";
import type { Attribute, DType, Values } from "./onnx.js";
import type { BufferPool } from "./pool.js";
import { createSession, type Feed, type Session } from "./session.js";

const sessions = new Map<string, Session>();

/** Forgets every one-node session, as a change of the number of threads requires. */
export function forgetSessions(): void {
	sessions.clear();
}

function sessionOf(
	op: string,
	domain: string,
	attributes: Record<string, Attribute>,
	inputs: readonly (DType | undefined)[],
	outputs: readonly DType[],
	threads: number,
): Session {
	const key = JSON.stringify([op, domain, attributes, inputs, outputs]);
	const found = sessions.get(key);
	if (found) return found;
	const names = inputs.map((dtype, i) => (dtype ? `x${i}` : ""));
	const results = outputs.map((dtype, i) => ({ name: `y${i}`, dtype }));
	const session = createSession(
		{
			nodes: [
				{
					op,
					domain,
					attributes,
					inputs: names,
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
	sessions.set(key, session);
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
		const session = sessionOf(
			op,
			domain,
			attributes,
			types,
			outputTypes,
			this.threads,
		);
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
