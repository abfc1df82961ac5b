import { createHash } from "node:crypto";
import { sizeOf } from "./graph.js";
import type { Update } from "./overwrite.js";
import { bytesOf } from "./segments.js";
import type { TracedGraph, TracedNode, TracedValue } from "./trace.js";

/** For `JSON.stringify`: tells numbers apart that JSON does not. */
export const exact = (_name: string, value: unknown): unknown =>
	typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
		? `number ${Object.is(value, -0) ? "-0" : value}`
		: value;

const shapeOf = ({ name, dtype, shape }: TracedValue) => [name, dtype, shape];

const textOf = (
	{ name, op, domain, attributes, inputs, outputs, call }: TracedNode,
	values: TracedGraph["values"],
): string =>
	JSON.stringify(
		[
			...[name, op, domain, attributes, inputs, call !== undefined],
			outputs.map((output) => shapeOf(values.get(output) as TracedValue)),
		],
		exact,
	);

/** The bytes of all that a graph reads and makes, as if all of it were kept. */
export function bytesOfGraph({
	nodes,
	values,
	constants,
}: TracedGraph): number {
	const made = nodes.flatMap(({ outputs }) =>
		outputs.map((name) => values.get(name) as TracedValue),
	);
	return [...made, ...constants.values()].reduce(
		(sum, { shape, dtype }) => sum + sizeOf(shape) * bytesOf[dtype],
		0,
	);
}

/**
 * Equal for graphs of which the same sessions are built: by nodes, their order and names, shapes, the elements of
 * constants, updates and settings. What host functions do is left out: they are no part of a session.
 */
export function programKey(
	graph: TracedGraph,
	updates: readonly Update[],
	settings: readonly unknown[],
): string {
	const hash = createHash("sha256");
	const { nodes, inputs, constants, values, outputs } = graph;
	const read = new Set([...nodes.flatMap((node) => node.inputs), ...outputs]);
	const given = [...inputs.values()].filter(({ name }) => read.has(name));
	hash.update(JSON.stringify([settings, updates, outputs, given.map(shapeOf)]));
	for (const node of nodes) hash.update(textOf(node, values));
	for (const constant of constants.values()) {
		if (!read.has(constant.name)) continue;
		const { buffer, byteOffset, byteLength } = constant.data;
		hash.update(JSON.stringify([shapeOf(constant), byteLength]));
		hash.update(new Uint8Array(buffer, byteOffset, byteLength));
	}
	return hash.digest("base64");
}
