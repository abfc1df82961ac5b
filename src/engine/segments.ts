import { sizeOf } from "./graph.js";
import type { HostCall } from "./host-call.js";
import type { DType, OnnxGraph } from "./onnx.js";
import type { TracedGraph, TracedNode, TracedValue } from "./trace.js";

/** A part of a traced graph that runs at once, or a host call between two of them. */
export interface Step {
	readonly graph?: OnnxGraph;
	readonly call?: HostCall;
	readonly inputs: readonly TracedValue[];
	readonly outputs: readonly TracedValue[];
}

// They cost nothing, and so are made again wherever they are read.
const viewOps = new Set(["Reshape", "Identity"]);
// Copies and masks of what is often kept anyway.
const copyOps = new Set(["Cast", "Equal", "HardSigmoid", "Transpose"]);
// Where one node goes depends on where others went.
const rounds = 3;

/** The bytes of an element. */
export const bytesOf: Record<DType, number> = {
	float32: 4,
	int32: 4,
	bool: 1,
	int64: 8,
};

/**
 * Assigns nodes to segments, between which host functions run.
 *
 * A node runs in the first segment in which all that it reads is there; or in the one that reads its
 * result, where less memory has to be kept between them so.
 */
class Placement {
	/** The segments in which each node runs; a host function runs after the segment. */
	placed: readonly Set<number>[] = [];
	readonly #graph: TracedGraph;
	readonly #makers = new Map<string, number>();
	readonly #earliest: number[] = [];
	readonly #isView: boolean[] = [];
	/** The last segment that reads a value, wherever views are made. */
	readonly #latest = new Map<string, number>();

	constructor(graph: TracedGraph, atTheEnd: ReadonlySet<string>) {
		this.#graph = graph;
		graph.nodes.forEach((node, i) => {
			for (const name of node.outputs) this.#makers.set(name, i);
			this.#earliest.push(this.#earliestOf(node));
			this.#isView.push(
				viewOps.has(node.op) ||
					(!node.call && node.inputs.every((name) => this.#isConstant(name))),
			);
		});
		this.#delay(atTheEnd);
		this.placed = this.#earliest.map((segment) => new Set([segment]));
		for (let round = 0; round < rounds; round++) {
			this.#noteReaders();
			this.placed = this.#place();
		}
	}

	#noteReaders(): void {
		this.#latest.clear();
		this.#graph.nodes.forEach(({ inputs }, i) => {
			if (this.#isView[i]) return;
			const segment = Math.max(...(this.placed[i] as Set<number>));
			for (const name of inputs) {
				const root = this.#root(name);
				const known = this.#latest.get(root) ?? segment;
				this.#latest.set(root, Math.max(known, segment));
			}
		});
	}

	#earliestOf({ call, inputs }: TracedNode): number {
		const first = call ? -1 : 0;
		const levels = inputs.map((name) => {
			const maker = this.#makers.get(name);
			if (maker === undefined) return first;
			const level = this.#earliest[maker] as number;
			const afterHost = !call && this.#graph.nodes[maker]?.call;
			return afterHost ? level + 1 : level;
		});
		return Math.max(first, ...levels);
	}

	// Values that may come at the end do, unless a host function waits for one of them.
	#delay(atTheEnd: ReadonlySet<string>): void {
		const { nodes } = this.#graph;
		const before = [...this.#earliest];
		const last = Math.max(...before);
		nodes.forEach((node, i) => {
			const least = node.outputs.some((name) => atTheEnd.has(name)) ? last : -1;
			this.#earliest[i] = Math.max(least, this.#earliestOf(node));
		});
		const isLonger = this.#earliest.some(
			(segment, i) => segment > last || (nodes[i]?.call && segment > before[i]),
		);
		if (isLonger) this.#earliest.splice(0, before.length, ...before);
	}

	#isConstant(name: string): boolean {
		if (name === "" || this.#graph.constants.has(name)) return true;
		const maker = this.#makers.get(name);
		if (maker === undefined) return false;
		const { inputs } = this.#graph.nodes[maker] as TracedNode;
		return (
			this.#isView[maker] === true &&
			inputs.every((input) => this.#isConstant(input))
		);
	}

	/** What a value is a view of. */
	#root(name: string): string {
		const maker = this.#makers.get(name);
		if (maker === undefined || !this.#isView[maker]) return name;
		return this.#root(this.#graph.nodes[maker]?.inputs[0] as string);
	}

	#bytes(name: string): number {
		const value = this.#graph.values.get(name);
		return value ? sizeOf(value.shape) * bytesOf[value.dtype] : 0;
	}

	// Whether less is kept from one segment to the other where the node runs in the later one.
	#isBetterLater(
		{ op, inputs, outputs }: TracedNode,
		segment: number,
	): boolean {
		const roots = new Set(inputs.map((name) => this.#root(name)));
		const kept = [...roots].filter(
			(name) =>
				!this.#isConstant(name) && (this.#latest.get(name) ?? -1) < segment,
		);
		const total = (names: readonly string[]) =>
			names.reduce((sum, name) => sum + this.#bytes(name), 0);
		const more = total(kept) - total(outputs);
		return more < 0 || (more === 0 && copyOps.has(op));
	}

	#place(): Set<number>[] {
		const { nodes, outputs } = this.#graph;
		const results = new Set(outputs);
		const readIn = new Map<string, Set<number>>();
		const readByHost = new Map<string, number>();
		const placed: Set<number>[] = [];
		for (let i = nodes.length - 1; i >= 0; i--) {
			const node = nodes[i] as TracedNode;
			const home = this.#earliest[i] as number;
			if (node.call) {
				placed[i] = new Set([home]);
				for (const name of node.inputs)
					readByHost.set(name, Math.min(home, readByHost.get(name) ?? home));
				continue;
			}
			const readers = node.outputs.flatMap((name) => [
				...(readIn.get(name) ?? []),
			]);
			const hosts = node.outputs.flatMap((name) => readByHost.get(name) ?? []);
			const isPinned = node.outputs.some((name) => results.has(name));
			const first = Math.min(...readers, ...hosts);
			if (this.#isView[i]) {
				const atHome = isPinned || hosts.length > 0;
				placed[i] = new Set([...(atHome ? [home] : []), ...readers]);
			} else {
				const isLater =
					!isPinned && first > home && this.#isBetterLater(node, first);
				placed[i] = new Set([isLater ? first : home]);
			}
			for (const name of node.inputs) {
				const known = readIn.get(name);
				if (known) for (const segment of placed[i] ?? []) known.add(segment);
				else readIn.set(name, new Set(placed[i]));
			}
		}
		return placed;
	}
}

function find(graph: TracedGraph, name: string): TracedValue {
	const { values, inputs, constants } = graph;
	return (values.get(name) ??
		inputs.get(name) ??
		constants.get(name)) as TracedValue;
}

function segment(
	graph: TracedGraph,
	nodes: readonly TracedNode[],
	readLater: ReadonlySet<string>,
): Step {
	const made = new Set(nodes.flatMap(({ outputs }) => outputs));
	const read = new Set(nodes.flatMap(({ inputs }) => inputs));
	const initializers = [];
	const inputs = [];
	for (const name of read) {
		const constant = graph.constants.get(name);
		if (constant) initializers.push(constant);
		else if (name !== "" && !made.has(name)) inputs.push(find(graph, name));
	}
	const outputs = [...made]
		.filter((name) => readLater.has(name))
		.map((name) => find(graph, name));
	return { graph: { nodes, initializers, inputs, outputs }, inputs, outputs };
}

const hostCall = (graph: TracedGraph, node: TracedNode): Step => ({
	call: node.call as HostCall,
	inputs: node.inputs.map((name) => find(graph, name)),
	outputs: node.outputs.map((name) => find(graph, name)),
});

/**
 * Cuts a traced graph at its host calls into steps that run one after another.
 *
 * Outputs that are named in `atTheEnd` are made in the last step where they can.
 */
export function divide(
	graph: TracedGraph,
	atTheEnd: ReadonlySet<string> = new Set(),
): Step[] {
	const { nodes } = graph;
	const { placed } = new Placement(graph, atTheEnd);
	const last = Math.max(0, ...placed.flatMap((segments) => [...segments]));
	const readLater = new Set(graph.outputs);
	const steps: Step[] = [];
	const prepend = (step: Step): void => {
		for (const { name } of step.inputs) readLater.add(name);
		steps.unshift(step);
	};
	for (let at = last; at >= -1; at--) {
		const here = nodes.filter((_, i) => placed[i]?.has(at));
		for (const node of here.filter(({ call }) => call).reverse())
			prepend(hostCall(graph, node));
		const own = here.filter(({ call }) => !call);
		if (own.length > 0) prepend(segment(graph, own, readLater));
	}
	return steps;
}
