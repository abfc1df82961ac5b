import {
	type Graph,
	type NodeOptions,
	type Output,
	sizeOf,
	type Value,
} from "./graph.js";
import type { DType, OnnxGraph, OnnxNode, OnnxValue, Values } from "./onnx.js";
import { schedule } from "./schedule.js";

// Larger constants of one repeated number are stored as that number.
const storedWhole = 1024;

interface Recipe extends Omit<OnnxNode, "outputs"> {
	readonly outputs: readonly Output[];
}

const keyOf = ({ op, domain, attributes, inputs, outputs }: Recipe): string =>
	JSON.stringify([
		op,
		domain,
		attributes,
		inputs,
		outputs.map(({ shape, dtype }) => [dtype, shape]),
	]);

/** A graph that records its nodes; equal nodes are written once. */
export class TraceGraph implements Graph {
	readonly traced = true;
	readonly #nodes: OnnxNode[] = [];
	readonly #shared = new Map<string, Value[]>();
	readonly #constants = new Map<string, OnnxValue & { data: Values }>();
	readonly #identities = new Map<Values, number>();
	readonly #inputs: OnnxValue[] = [];
	#names = 0;

	#name(prefix: string): string {
		return `${prefix}${this.#names++}`;
	}

	/** Declares an input, to be fed at every run under the name of the returned value. */
	input(
		shape: readonly number[],
		dtype: DType,
	): Value & { readonly name: string } {
		const value = { name: this.#name("in"), shape, dtype };
		this.#inputs.push(value);
		return value;
	}

	node(
		op: string,
		inputs: readonly (Value | undefined)[],
		outputs: readonly Output[],
		{ attributes = {}, domain = "", share = true }: NodeOptions = {},
	): Value[] {
		const names = inputs.map((input) => input?.name ?? "");
		const key = keyOf({ op, domain, attributes, inputs: names, outputs });
		const equal = share ? this.#shared.get(key) : undefined;
		if (equal) return equal;
		const values = outputs.map(({ shape, dtype }) => ({
			shape,
			dtype,
			name: this.#name("v"),
		}));
		this.#nodes.push({
			op,
			domain,
			attributes,
			inputs: names,
			outputs: values.map(({ name }) => name),
		});
		if (share) this.#shared.set(key, values);
		return values;
	}

	made(op: string, { name = "", shape, dtype }: Value): Value | undefined {
		const outputs = [{ shape, dtype }];
		const key = keyOf({
			op,
			domain: "",
			attributes: {},
			inputs: [name],
			outputs,
		});
		return this.#shared.get(key)?.[0];
	}

	constant(data: Values, shape: readonly number[], dtype: DType): Value {
		if (
			data.length > storedWhole &&
			data.every((x: number | bigint) => x === data[0])
		) {
			const one = this.constant(data.slice(0, 1), [], dtype);
			const sizes = BigInt64Array.from(shape, BigInt);
			const to = this.constant(sizes, [shape.length], "int64");
			const [repeated] = this.node("Expand", [one, to], [{ shape, dtype }]);
			return { ...(repeated as Value), data };
		}
		const content =
			data.length <= 16 ? `=${data.join()}` : `#${this.#identity(data)}`;
		const key = `${dtype} ${shape} ${content}`;
		let stored = this.#constants.get(key);
		if (!stored) {
			stored = { name: this.#name("c"), shape, dtype, data };
			this.#constants.set(key, stored);
		}
		return { shape, dtype, data, name: stored.name };
	}

	#identity(data: Values): number {
		const known = this.#identities.get(data) ?? this.#identities.size;
		this.#identities.set(data, known);
		return known;
	}

	reshape(x: Value, shape: readonly number[]): Value {
		if (
			shape.length === x.shape.length &&
			shape.every((length, i) => length === x.shape[i])
		)
			return x;
		if (sizeOf(shape) !== sizeOf(x.shape)) {
			throw new Error(
				`[${x.shape}] cannot be reshaped to [${shape}]: the sizes differ`,
			);
		}
		if (x.data) return this.constant(x.data, shape, x.dtype);
		const to = this.constant(
			BigInt64Array.from(shape, BigInt),
			[shape.length],
			"int64",
		);
		return this.node(
			"Reshape",
			[x, to],
			[{ shape, dtype: x.dtype }],
		)[0] as Value;
	}

	/** The recorded graph, without the nodes that no output needs, and the names of its outputs. */
	finish(results: readonly Value[]): { graph: OnnxGraph; outputs: string[] } {
		const made = new Set(this.#nodes.flatMap(({ outputs }) => outputs));
		const outputs = results.map(({ name, shape, dtype }) => {
			const source = name as string;
			if (made.delete(source)) return { name: source, shape, dtype };
			// An input, a constant or a second use: an output needs a node of its own.
			const copy = this.#name("out");
			this.#nodes.push({
				op: "Identity",
				domain: "",
				attributes: {},
				inputs: [source],
				outputs: [copy],
			});
			return { name: copy, shape, dtype };
		});
		const names = outputs.map(({ name }) => name);
		const nodes = schedule(this.#nodes, names);
		const needed = new Set(nodes.flatMap(({ inputs }) => inputs));
		return {
			graph: {
				nodes: nodes.reverse(),
				initializers: [...this.#constants.values()].filter(({ name }) =>
					needed.has(name),
				),
				inputs: this.#inputs.filter(({ name }) => needed.has(name)),
				outputs,
			},
			outputs: names,
		};
	}
}
