import { NodeOrder } from "./node-order.js";
import type { OnnxGraph, OnnxNode, OnnxValue } from "./onnx.js";
import { schedule } from "./schedule.js";
import type { TracedValue } from "./trace.js";

/** The input that reads a variable, and the output that is its next value. */
export interface Update {
	readonly input: string;
	readonly output: string;
}

/** A graph in which outputs may be written over inputs. */
export interface Overwriting {
	readonly graph: OnnxGraph;
	/** The outputs that may be written into the array of the input that reads their variable. */
	readonly over: ReadonlySet<string>;
}

type Initializers = OnnxGraph["initializers"];
type Values = ReadonlyMap<string, TracedValue>;

// Element by element, the first array read before it is written, also where it is the same.
const elementwise = new Set(["Add", "Sub", "Mul", "Div"]);
// They fail where an index is out of bounds.
const byIndex = new Set([
	"Gather",
	"GatherElements",
	"GatherND",
	"ScatterElements",
	"ScatterND",
]);

/** Where one update may be written over its variable, once a node has run. */
interface Place {
	/** The node that writes. */
	readonly writer: number;
	/** The output that must be there before, where the writer's own inputs do not see to that. */
	readonly after: string | undefined;
}

/** What a writer is made to wait with. */
const waitingOperand = (inputs: readonly string[], input: string): string =>
	inputs.find((name) => name !== input) ?? input;

/** Finds, for updates one after another, where they may overwrite; orders that it asks for add up. */
class Places {
	readonly #order: NodeOrder;
	readonly #writers = new Set<number>();
	readonly #fallible: readonly number[];

	constructor(
		private readonly nodes: readonly OnnxNode[],
		private readonly graph: OnnxGraph,
		private readonly values: Values,
	) {
		const order = new NodeOrder(nodes, graph);
		this.#order = order;
		this.#fallible = nodes.flatMap(({ op, inputs }, i) =>
			byIndex.has(op) && !order.isConstant(inputs[1] as string) ? [i] : [],
		);
	}

	// ONNX Runtime may take out a node that only renames or, with constants, changes nothing.
	#namesOf(input: string): Set<string> {
		const names = new Set([input]);
		for (const name of names) {
			for (const reader of this.#order.readers(name)) {
				const { inputs, outputs } = this.nodes[reader] as OnnxNode;
				const others = inputs.filter((other) => !names.has(other));
				if (others.every((other) => this.#order.isConstant(other)))
					for (const output of outputs) names.add(output);
			}
		}
		return names;
	}

	#writesSafely(
		{ input, output }: Update,
		names: ReadonlySet<string>,
	): boolean {
		const { op, inputs } = this.nodes[
			this.#order.maker(output) as number
		] as OnnxNode;
		const read = inputs.filter((name) => names.has(name));
		if (read.length === 0) return true;
		const shapeOf = (name: string) => this.values.get(name)?.shape.join();
		const shape = shapeOf(output);
		return (
			elementwise.has(op) &&
			[input, ...read].every((name) => shapeOf(name) === shape)
		);
	}

	/** Undefined where an update cannot be written over its variable. */
	find(update: Update): Place | undefined {
		const writer = this.#order.maker(update.output);
		if (writer === undefined || this.#writers.has(writer)) return undefined;
		const names = this.#namesOf(update.input);
		if (!this.#writesSafely(update, names)) return undefined;
		const before = this.#order.upTo(writer);
		const readers = [...names].flatMap((name) => this.#order.readers(name));
		const open = new Set(
			[...readers, ...this.#fallible].filter((node) => !before.has(node)),
		);
		const after = open.size > 0 ? this.#firstAfter(open, writer) : undefined;
		if (
			open.size > 0 &&
			(after === undefined || !this.#canWait(update, writer))
		)
			return undefined;
		this.#writers.add(writer);
		if (after !== undefined)
			this.#order.ask(writer, this.#order.maker(after) as number);
		return { writer, after };
	}

	/** Whether the shape of what is to wait is known. */
	#canWait({ input }: Update, writer: number): boolean {
		const { inputs } = this.nodes[writer] as OnnxNode;
		const { shape } = this.values.get(
			waitingOperand(inputs, input),
		) as TracedValue;
		return shape.every((length) => length >= 0);
	}

	/** The first output that is only there once all these nodes have run, and does not wait for the writer. */
	#firstAfter(open: ReadonlySet<number>, writer: number): string | undefined {
		const later = [...open].map((node) => this.#order.from(node));
		const waiting = this.#order.from(writer);
		let first: { readonly name: string; readonly node: number } | undefined;
		for (const { name, dtype } of this.graph.outputs) {
			const node = this.#order.maker(name);
			if (node === undefined || dtype !== "float32" || waiting.has(node))
				continue;
			if (first && first.node <= node) continue;
			if (later.every((nodes) => nodes.has(node))) first = { name, node };
		}
		return first?.name;
	}
}

const tokens: Initializers = [
	{
		name: "everything",
		dtype: "int64",
		shape: [1],
		data: BigInt64Array.of(-1n),
	},
	{ name: "nothing", dtype: "int64", shape: [1], data: BigInt64Array.of(0n) },
];

/** The writer as it waits for a value: the shape of what it reads is only known once the value is there. */
function waitingFor(
	after: string,
	{ node, input }: { readonly node: OnnxNode; readonly input: string },
	values: Values,
): {
	readonly nodes: readonly OnnxNode[];
	readonly operand: string;
	readonly shape: Initializers[number];
} {
	const operand = waitingOperand(node.inputs, input);
	const sizes = (values.get(operand) as TracedValue).shape;
	const name = (what: string): string => `${node.outputs[0]}:${what}`;
	const write = (
		op: string,
		inputs: readonly string[],
		what: string,
		attributes: OnnxNode["attributes"] = {},
	): OnnxNode => ({
		name: `${node.name ?? node.op}:${what}`,
		...{ op, domain: "", attributes, inputs, outputs: [name(what)] },
	});
	const shape = {
		name: name("sizes"),
		dtype: "int64" as const,
		shape: [sizes.length],
		data: BigInt64Array.from(sizes, BigInt),
	};
	const int64 = 7;
	const inputs = node.inputs.map((one) =>
		one === operand ? name("operand") : one,
	);
	return {
		operand,
		shape,
		nodes: [
			write("Reshape", [after, "everything"], "flat"),
			write("Slice", [name("flat"), "nothing", "nothing"], "none"),
			write("Cast", [name("none")], "no sizes", { to: int64 }),
			write("Concat", [name("no sizes"), shape.name], "shape", { axis: 0 }),
			write("Reshape", [operand, name("shape")], "operand"),
			{ ...node, inputs },
		],
	};
}

/** All nodes in an order in which they could run; those of `late` not before somebody needs them. */
function runnable(
	nodes: readonly OnnxNode[],
	late: ReadonlySet<string>,
): OnnxNode[] {
	const makers = new Map(
		nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)),
	);
	const ordered = new Set<OnnxNode>();
	const roots = nodes.filter(
		({ outputs }) => !outputs.some((name) => late.has(name)),
	);
	for (const root of roots) {
		const stack = [root];
		while (stack.length > 0) {
			const top = stack.at(-1) as OnnxNode;
			const needed = top.inputs.flatMap((name) => makers.get(name) ?? []);
			// What is waited for comes first, so that the operand is not kept meanwhile.
			const next = needed.findLast((node) => !ordered.has(node));
			if (next && !ordered.has(top)) stack.push(next);
			else ordered.add(stack.pop() as OnnxNode);
		}
	}
	return [...ordered];
}

const namesOf = (values: readonly OnnxValue[]): string[] =>
	values.map(({ name }) => name);

/**
 * Lets updates of variables be written over what the variables held, wherever that changes no result.
 *
 * An output may be written over an input if whatever else reads the input, and whatever may still fail, has run
 * before: because the output depends on it, or because it is made to wait for another output that does. `nodes` of
 * the graph must be in an order in which they could run; `values` has the shapes of all that they read and make, in
 * which negative lengths are unknown, equal ones equal to each other.
 */
export function overwriting(
	graph: OnnxGraph,
	updates: readonly Update[],
	values: Values,
): Overwriting {
	const places = new Places(graph.nodes, graph, values);
	const over = new Set<string>();
	const written = new Map<number, readonly OnnxNode[]>();
	const late = new Set<string>();
	const shapes: Initializers[number][] = [];
	const outputs = namesOf(graph.outputs);
	const readBy = (name: string): number =>
		graph.nodes.filter(({ inputs }) => inputs.includes(name)).length;
	for (const { input, output } of updates) {
		const place = places.find({ input, output });
		if (!place) continue;
		over.add(output);
		if (place.after === undefined) continue;
		const node = graph.nodes[place.writer] as OnnxNode;
		const waiting = waitingFor(place.after, { node, input }, values);
		written.set(place.writer, waiting.nodes);
		shapes.push(waiting.shape);
		const { operand } = waiting;
		if (readBy(operand) === 1 && !outputs.includes(operand)) late.add(operand);
	}
	if (written.size === 0) return { graph, over };
	const nodes = graph.nodes.flatMap((node, i) => written.get(i) ?? [node]);
	return {
		over,
		graph: {
			...graph,
			nodes: schedule(runnable(nodes, late), outputs),
			initializers: [...graph.initializers, ...tokens, ...shapes],
		},
	};
}
