import type { OnnxGraph, OnnxNode } from "./onnx.js";

/** Which nodes of a graph come before which others, by what they read and by what is asked besides. */
export class NodeOrder {
	readonly #nodes: readonly OnnxNode[];
	readonly #initializers: ReadonlySet<string>;
	readonly #makers = new Map<string, number>();
	readonly #readers = new Map<string, number[]>();
	/** What is asked besides: nodes that come after a node without reading what it makes. */
	readonly #asked = new Map<number, number[]>();

	/** `nodes` must be in an order in which they could run. */
	constructor(
		nodes: readonly OnnxNode[],
		{ initializers }: Pick<OnnxGraph, "initializers">,
	) {
		this.#nodes = nodes;
		this.#initializers = new Set(initializers.map(({ name }) => name));
		nodes.forEach(({ inputs, outputs }, i) => {
			for (const name of outputs) this.#makers.set(name, i);
			for (const name of new Set(inputs)) {
				const readers = this.#readers.get(name);
				if (readers) readers.push(i);
				else this.#readers.set(name, [i]);
			}
		});
	}

	/** The place of the node that makes a value; undefined where none of these nodes does. */
	maker(name: string): number | undefined {
		return this.#makers.get(name);
	}

	readers(name: string): readonly number[] {
		return this.#readers.get(name) ?? [];
	}

	/** Whether a value is the same at every run. */
	isConstant(name: string): boolean {
		if (name === "" || this.#initializers.has(name)) return true;
		const maker = this.#makers.get(name);
		return (
			maker !== undefined &&
			(this.#nodes[maker] as OnnxNode).inputs.every((input) =>
				this.isConstant(input),
			)
		);
	}

	/** Asks that a node runs after another one. */
	ask(after: number, before: number): void {
		const asked = this.#asked.get(before);
		if (asked) asked.push(after);
		else this.#asked.set(before, [after]);
	}

	/** A node and all that can only run after it. */
	from(node: number): Set<number> {
		const reached = new Set([node]);
		for (const at of reached) {
			const { outputs } = this.#nodes[at] as OnnxNode;
			for (const name of outputs)
				for (const reader of this.readers(name)) reached.add(reader);
			for (const later of this.#asked.get(at) ?? []) reached.add(later);
		}
		return reached;
	}

	/** A node and all that must have run before it, by what they read. */
	upTo(node: number): Set<number> {
		const reached = new Set([node]);
		for (const at of reached) {
			for (const name of (this.#nodes[at] as OnnxNode).inputs) {
				const maker = this.#makers.get(name);
				if (maker !== undefined) reached.add(maker);
			}
		}
		return reached;
	}
}
