import type { Common } from "./lengths.js";
import type { Constant, Outline } from "./outline.js";
import type { TracedGraph, TracedValue } from "./trace.js";

/** A graph with the constants named as it has them in common with others; those that differ are inputs. */
export interface NamedGraph extends TracedGraph {
	/** The constants that are inputs. */
	readonly fed: ReadonlyMap<string, Constant>;
}

/** Names the constants of a graph. */
export function graphOf(outline: Outline, common: Common): NamedGraph {
	const { names, fixed } = common;
	const fed = new Map<string, Constant>();
	for (const [place, constant] of outline.constants) {
		const name = names.get(place) as string;
		if (!fixed.has(name)) fed.set(name, { ...constant, name });
	}
	return {
		nodes: outline.nodes.map((node) => ({
			...node,
			inputs: node.inputs.map((name) => names.get(name) ?? name),
		})),
		inputs: new Map<string, TracedValue>([...outline.inputs, ...fed]),
		constants: fixed,
		values: outline.values,
		outputs: outline.outputs,
		fed,
	};
}
