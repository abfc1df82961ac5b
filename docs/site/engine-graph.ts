/** The graph that the engine makes of the example, as text. */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import type { OnnxRuntimeBackend } from "../../src/engine/backend.js";
import type { OnnxNode } from "../../src/engine/onnx.js";
import { divide } from "../../src/engine/segments.js";
import { flattenArguments } from "../../src/engine/structure.js";
import type { TracedGraph, TracedNode } from "../../src/engine/trace.js";
import { trace } from "../../src/engine/trace-plan.js";
import { useEngine } from "../../src/index.js";
import { Random } from "../../src/random.js";

const example = new URL("../../../docs/site/example-step.ts", import.meta.url);

/** The example as a reader would write it. */
export const exampleText = (): string =>
	readFileSync(example, "utf8")
		.replaceAll(/^export /gm, "")
		.replace("../../src/parts.js", "robust-transfer/parts");

const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** The elements of a constant; one where all are the same. */
function elementsText(values: readonly number[]): string {
	const [first = 0] = values;
	const texts = values.map((value) => String(Number(value.toPrecision(4))));
	const isOne = values.length > 2 && values.every((value) => value === first);
	return isOne ? `${values.length} times ${texts[0]}` : `[${texts.join(", ")}]`;
}

function nodeText(
	{ op, inputs, outputs, attributes }: OnnxNode,
	{ graph, origins }: { graph: TracedGraph; origins: Map<string, TracedNode> },
): string {
	const settings = Object.entries(attributes).map(
		([name, value]) => `${name} ${value}`,
	);
	const call = `${outputs.join(", ")} = ${op}(${inputs.join(", ")})`;
	const shape = shapeText(graph.values.get(outputs[0] ?? "")?.shape ?? []);
	const kernel = origins.get(outputs[0] ?? "")?.origin?.kernel ?? "";
	return `  ${[call, ...settings].join(", ").padEnd(62)}${shape.padEnd(8)}${kernel}`.trimEnd();
}

/** A graph with its segments: inputs, nodes with shapes, and the kernels of TensorFlow.js that they stand for. */
function printed(graph: TracedGraph): string {
	const origins = new Map(
		graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])),
	);
	const constants = [...graph.constants.values()]
		.filter(({ name }) =>
			graph.nodes.some(({ inputs }) => inputs.includes(name)),
		)
		.map(
			({ name, data }) => `${name} = ${elementsText(Array.from(data, Number))}`,
		);
	const inputs = [...graph.inputs.values()].map(
		({ name, shape }) => `${name}${shapeText(shape)}`,
	);
	let segments = 0;
	const steps = divide(graph).map(({ graph: part, call, inputs, outputs }) => {
		const names = (values: typeof inputs) =>
			values.map(({ name }) => name).join(", ");
		if (call) return `in JavaScript: ${names(outputs)} of ${names(inputs)}`;
		const made = new Set((part?.nodes ?? []).flatMap(({ outputs }) => outputs));
		const lines = graph.nodes
			.filter(({ outputs }) => outputs.some((name) => made.has(name)))
			.map((node) => nodeText(node, { graph, origins }));
		segments++;
		return `segment ${segments}: ${names(outputs)} of ${names(inputs)}\n${lines.join("\n")}`;
	});
	return [
		`inputs     ${inputs.join(", ")}`,
		`constants  ${constants.join(", ")}`,
		`outputs    ${graph.outputs.join(", ")}`,
		"",
		steps.join("\n\n"),
	].join("\n");
}

/** The traced graph of the example, printed. */
export async function graphText(): Promise<string> {
	await useEngine("onnxruntime", { threads: 1 });
	const { step } = await import("./example-step.js");
	const backend = tf.findBackend("onnxruntime") as OnnxRuntimeBackend;
	const x = tf.tensor2d([1, 0, 0, 1, 1, 1], [3, 2]);
	const call = flattenArguments([x, tf.onesLike(x), tf.scalar(0.1)]);
	const { tracer, results } = trace(backend, step, {
		call,
		options: {
			isFrozen: () => false,
			fillRandom: (values) =>
				values.fill(new Random("example").uniform() as never),
			refused: new Set(),
		},
	});
	const updated = tracer.variables.flatMap(({ updated }) => updated ?? []);
	return printed(tracer.graph.finish([...results, ...updated]));
}
