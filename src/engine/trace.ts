import {
	type Graph,
	type NodeOptions,
	type Output,
	sizeOf,
	type Value,
} from "./graph.js";
import type { HostCall } from "./host-call.js";
import type { DType, OnnxNode, OnnxValue, Values } from "./onnx.js";
import { schedule } from "./schedule.js";

const emptyOf: Readonly<Record<DType, Values>> = {
	float32: new Float32Array(0),
	int32: new Int32Array(0),
	bool: new Uint8Array(0),
	int64: new BigInt64Array(0),
};

// Larger constants of one repeated number are stored as that number.
const storedWhole = 1024;

/** The call of a TensorFlow.js kernel that nodes are written for. */
export interface Origin {
	readonly kernel: string;
	/** Equal for calls that write equal nodes. */
	readonly signature: () => string;
}

/** A node of the graph, or a call of a host function amid them. */
export interface TracedNode extends OnnxNode {
	readonly call?: HostCall;
	readonly origin?: Origin | undefined;
}

/** A value whose shape is known. */
export interface TracedValue extends OnnxValue {
	readonly shape: readonly number[];
}

/** What was recorded: the nodes that the outputs need, in an order that frees memory early. */
export interface TracedGraph {
	readonly nodes: readonly TracedNode[];
	readonly inputs: ReadonlyMap<string, TracedValue>;
	readonly constants: ReadonlyMap<string, TracedValue & { data: Values }>;
	/** Whatever nodes make. */
	readonly values: ReadonlyMap<string, TracedValue>;
	readonly outputs: readonly string[];
}

/** Whether all elements are one number, bit for bit: each is the one before it. */
function isRepeated({
	buffer,
	byteOffset,
	byteLength,
	BYTES_PER_ELEMENT,
}: Values): boolean {
	const rest = byteLength - BYTES_PER_ELEMENT;
	const before = new Uint8Array(buffer, byteOffset, rest);
	const after = new Uint8Array(buffer, byteOffset + BYTES_PER_ELEMENT, rest);
	return Buffer.compare(before, after) === 0;
}

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
	readonly #nodes: TracedNode[] = [];
	readonly #shared = new Map<string, Value[]>();
	readonly #constants = new Map<string, TracedValue & { data: Values }>();
	readonly #identities = new Map<Values, number>();
	readonly #inputs: TracedValue[] = [];
	readonly #values = new Map<string, TracedValue>();
	readonly #reshaped = new Map<string, string>();
	#names = 0;
	/** What the next nodes are written for; their names begin with its kernel. */
	origin: Origin | undefined;

	constructor(readonly channelBlock = 0) {}

	#name(prefix: string): string {
		return `${prefix}${this.#names++}`;
	}

	/** Declares an input, to be fed at every run under the name of the returned value. */
	input(shape: readonly number[], dtype: DType): TracedValue {
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
		const values = this.#write(
			{ op, domain, attributes, inputs: names },
			outputs,
		);
		if (share) this.#shared.set(key, values);
		return values;
	}

	#write(
		node: Omit<TracedNode, "name" | "outputs" | "origin">,
		outputs: readonly Output[],
	): (Value & TracedValue)[] {
		const { origin } = this;
		const values = outputs.map(({ shape, dtype }) => ({
			shape,
			dtype,
			name: this.#name("v"),
		}));
		for (const value of values) this.#values.set(value.name, value);
		const names = values.map(({ name }) => name);
		const name = `${origin?.kernel ?? node.op}:${names[0]}`;
		this.#nodes.push({ ...node, name, origin, outputs: names });
		return values;
	}

	// The name under which the elements of a value are found, whatever its shape.
	#elements({ name = "" }: Value): string {
		return this.#reshaped.get(name) ?? name;
	}

	/** Calls a host function with the elements of the inputs. */
	host(inputs: readonly Value[], call: HostCall): Value[] {
		const names = inputs.map((input) => this.#elements(input));
		return this.#write(
			{ op: "", domain: "", attributes: {}, inputs: names, call },
			call.outputs,
		);
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
		if (data.length > storedWhole && isRepeated(data)) {
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
		// A length of 0 would stand for that of the input.
		if (sizeOf(shape) === 0)
			return this.constant(emptyOf[x.dtype], shape, x.dtype);
		const to = this.constant(
			BigInt64Array.from(shape, BigInt),
			[shape.length],
			"int64",
		);
		const [y] = this.node("Reshape", [x, to], [{ shape, dtype: x.dtype }]);
		this.#reshaped.set(y?.name as string, this.#elements(x));
		return y as Value;
	}

	/** The recorded graph, without the nodes that no result needs; it has one output for each result. */
	finish(results: readonly Value[]): TracedGraph {
		const made = new Set(this.#values.keys());
		const outputs = results.map((result) => {
			const source = result.name as string;
			if (made.delete(source)) return source;
			// An input, a constant or a second use: an output needs a node of its own.
			const node = {
				op: "Identity",
				domain: "",
				attributes: {},
				inputs: [source],
			};
			return (this.#write(node, [result])[0] as TracedValue).name;
		});
		const named = <T extends OnnxValue>(values: Iterable<T>) =>
			new Map(Array.from(values, (value) => [value.name, value]));
		return {
			nodes: schedule(this.#nodes, outputs),
			inputs: named(this.#inputs),
			constants: named(this.#constants.values()),
			values: this.#values,
			outputs,
		};
	}
}
