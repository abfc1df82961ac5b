import { createHash } from "node:crypto";
import { sizeOf } from "./graph.js";
import type { OnnxValue, Values } from "./onnx.js";
import { exact } from "./program-key.js";
import type { TracedGraph, TracedNode, TracedValue } from "./trace.js";

/** A constant in a place where a node reads it. */
export type Constant = TracedValue & { readonly data: Values };

/**
 * A recorded graph whose values are named after their places: two graphs of one structure, which may differ in the
 * lengths of axes and in the constants that nodes read, have equal names.
 */
export interface Outline {
	/** Equal for graphs of one structure. */
	readonly structure: string;
	/** Each place where a node reads a constant reads a value of its own, which is one of `constants`. */
	readonly nodes: readonly TracedNode[];
	/** What is read in each of those places, by its name there. */
	readonly constants: ReadonlyMap<string, Constant>;
	/** Inputs, in the order in which they were declared. */
	readonly inputs: ReadonlyMap<string, TracedValue>;
	/** Whatever nodes make. */
	readonly values: ReadonlyMap<string, TracedValue>;
	readonly outputs: readonly string[];
	/** The names of the inputs by those that they had. */
	readonly inputNames: ReadonlyMap<string, string>;
}

/** What belongs to the structure of a graph besides its nodes. */
export interface OutlineOptions {
	/** What the updates of variables read and make. */
	readonly updates: readonly {
		readonly input: string;
		readonly output: string;
	}[];
	/** Numbers of the variables whose elements are constants of the graph. */
	readonly baked: ReadonlyMap<Values, number>;
}

/**
 * What graphs of one structure have in common of a constant.
 *
 * ONNX Runtime works sums and products with one number into the nodes around them, which it could not do with a number
 * that is fed, and results would differ in their last bits: such a number is part of the structure. So are the lengths
 * of shapes and lists of axes.
 */
function kindOf({ dtype, shape, data }: Constant, variable?: number): string {
	if (variable !== undefined) return `${dtype} variable ${variable}`;
	if (dtype === "float32" && sizeOf(shape) === 1)
		return `float32 ${shape.length} ${Buffer.from(data.buffer, data.byteOffset, 4).toString("hex")}`;
	return `${dtype} ${dtype === "int64" ? shape : shape.length}`;
}

const signatureOf = ({ dtype, shape }: OnnxValue): string =>
	`${dtype}${shape?.length}`;

/** Names the values of a recorded graph after their places. */
export function outlineOf(
	graph: TracedGraph,
	{ updates, baked }: OutlineOptions,
): Outline {
	const named = new Map<string, string>();
	const inputs = new Map<string, TracedValue>();
	const values = new Map<string, TracedValue>();
	const constants = new Map<string, Constant>();
	const parts: string[] = [];
	for (const [name, value] of graph.inputs) {
		const place = `in${inputs.size}`;
		named.set(name, place);
		inputs.set(place, { ...value, name: place });
		parts.push(signatureOf(value));
	}
	const inputNames = new Map(named);
	const nodes = graph.nodes.map((node, at): TracedNode => {
		const read = node.inputs.map((name, i) => {
			const constant = graph.constants.get(name);
			if (!constant) return named.get(name) ?? "";
			const place = `c${at}.${i}`;
			constants.set(place, { ...constant, name: place });
			return place;
		});
		const made = node.outputs.map((name, i) => {
			const place = `v${at}.${i}`;
			named.set(name, place);
			const value = graph.values.get(name) as TracedValue;
			values.set(place, { ...value, name: place });
			return place;
		});
		const { op, domain, attributes, call } = node;
		const host = call && [call.isFresh, call.hostValues.length];
		const kinds = read.map((place) => {
			const constant = constants.get(place);
			return constant ? kindOf(constant, baked.get(constant.data)) : place;
		});
		const signatures = made.map((place) =>
			signatureOf(values.get(place) as TracedValue),
		);
		parts.push(
			JSON.stringify([op, domain, attributes, host, kinds, signatures], exact),
		);
		return { ...node, inputs: read, outputs: made };
	});
	const outputs = graph.outputs.map((name) => named.get(name) as string);
	const pairs = updates.map(({ input, output }) => [
		named.get(input),
		named.get(output),
	]);
	parts.push(JSON.stringify([outputs, pairs]));
	const structure = createHash("sha1")
		.update(parts.join("\n"))
		.digest("base64");
	return { structure, nodes, constants, inputs, values, outputs, inputNames };
}
