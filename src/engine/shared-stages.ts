import type { OnnxRuntimeBackend } from "./backend.js";
import { type Common, isMixed } from "./lengths.js";
import type { OnnxGraph, OnnxValue } from "./onnx.js";
import type { Constant, Outline } from "./outline.js";
import { overwriting, type Update } from "./overwrite.js";
import { divide, type Step } from "./segments.js";
import { createSession, type Session } from "./session.js";
import type { TracedGraph, TracedValue } from "./trace.js";

/** A session, or a call of a host function, between values that are named after their places. */
export interface SharedStage {
	readonly session: Session | undefined;
	/** The first output of the host function that is called. */
	readonly called: string | undefined;
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	/** Values that nobody reads after it. */
	readonly spent: readonly string[];
	/** Outputs that may be written over what the variables hold whose next values they are. */
	readonly over: ReadonlySet<string>;
}

/** What the stages of all graphs of one structure are made with. */
export interface StageOptions {
	readonly backend: OnnxRuntimeBackend;
	readonly updates: readonly Update[];
	/** Whether sessions keep their memory between runs. */
	readonly arena: boolean;
}

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

/** A part of a graph, with what is known of shapes that differ. */
function withShapes(
	part: OnnxGraph,
	graph: NamedGraph,
	{ shapes }: Common,
): OnnxGraph {
	const known = ({ name, dtype, shape }: OnnxValue): OnnxValue => {
		const common = shapes.get(name) ?? (dtype === "int64" ? shape : undefined);
		return { name, dtype, ...(common && { shape: common }) };
	};
	const outputs = new Set(part.outputs.map(({ name }) => name));
	const between = part.nodes.flatMap((node) =>
		node.outputs.flatMap((name) =>
			outputs.has(name) ? [] : (graph.values.get(name) ?? []),
		),
	);
	return {
		...part,
		inputs: part.inputs.map(known),
		outputs: part.outputs.map(known),
		values: between.map(known),
	};
}

// Only the last step overwrites: should one before it fail, every variable is as it was.
function overwritingAtTheEnd(
	graph: NamedGraph,
	{ shapes }: Common,
	{ updates, inPlace }: { updates: readonly Update[]; inPlace: boolean },
): { steps: Step[]; over: ReadonlySet<string> } {
	const none = { over: new Set<string>() };
	if (!inPlace) return { steps: divide(graph), ...none };
	const steps = divide(graph, new Set(updates.map(({ output }) => output)));
	const last = steps.at(-1);
	if (!last?.graph) return { steps, ...none };
	const values = new Map(
		[...graph.inputs, ...graph.constants, ...graph.values].map(
			([name, value]) =>
				[name, { ...value, shape: shapes.get(name) ?? value.shape }] as const,
		),
	);
	const { graph: end, over } = overwriting(last.graph, updates, values);
	return { steps: [...steps.slice(0, -1), { ...last, graph: end }], over };
}

/** The stages of all graphs that have something in common; their sessions live for as long as a plan uses them. */
export class SharedStages {
	readonly stages: readonly SharedStage[];
	/** What is read at all. */
	readonly read: ReadonlySet<string>;
	/** Whether others have taken their place. */
	isReplaced = false;
	#users = 0;
	#isAlive = true;

	/** Builds the sessions for one of the graphs; throws a `Refusal` where ONNX Runtime refuses it. */
	constructor(
		readonly common: Common,
		graph: NamedGraph,
		{ backend, updates, arena }: StageOptions,
	) {
		const { threads, executionProviders } = backend;
		const mixed = isMixed(common);
		const options = { threads, executionProviders, arena: arena && !mixed };
		const read = new Set(graph.outputs);
		const stages: SharedStage[] = [];
		const inPlace = executionProviders[0] === "cpu";
		const { steps, over } = overwritingAtTheEnd(graph, common, {
			updates,
			inPlace,
		});
		this.stages = stages;
		this.read = read;
		for (const { graph: part, call, ...ends } of steps.reverse()) {
			const inputs = ends.inputs.map(({ name }) => name);
			const outputs = ends.outputs.map(({ name }) => name);
			const names = [...new Set([...inputs, ...outputs])];
			const spent = names.filter((name) => !read.has(name));
			for (const name of inputs) read.add(name);
			const own = stages.length === 0 ? over : new Set<string>();
			const called = call && outputs[0];
			try {
				const whole = part && mixed ? withShapes(part, graph, common) : part;
				const session = whole && createSession(whole, options);
				stages.unshift({ session, called, inputs, outputs, spent, over: own });
			} catch (error) {
				this.#end();
				throw error;
			}
		}
	}

	/** Whether the sessions can still run. */
	get isAlive(): boolean {
		return this.#isAlive;
	}

	/** A plan begins to use them. */
	take(): void {
		this.#users++;
	}

	/** A plan uses them no more: the last one frees the sessions. */
	release(): void {
		this.#users--;
		if (this.#users === 0) this.#end();
	}

	#end(): void {
		this.#isAlive = false;
		for (const { session } of this.stages) session?.dispose();
	}
}
