import type { OnnxRuntimeBackend } from "./backend.js";
import { type Common, isMixed } from "./lengths.js";
import type { NamedGraph } from "./named-graph.js";
import type { OnnxGraph, OnnxValue } from "./onnx.js";
import { overwriting, type Update } from "./overwrite.js";
import { memoryLimit } from "./pool.js";
import { bytesOfGraph, programKey } from "./program-key.js";
import { divide, type Step } from "./segments.js";
import { createSession, type Session } from "./session.js";
import { SharedPrograms } from "./shared-programs.js";

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

/** What is built of a graph, without what belongs to one function alone. */
export interface Program {
	readonly stages: readonly SharedStage[];
	/** What is read at all. */
	readonly read: ReadonlySet<string>;
}

/** What a program is built with. */
export interface ProgramOptions {
	readonly backend: OnnxRuntimeBackend;
	readonly updates: readonly Update[];
	/** Whether sessions keep their memory between runs. */
	readonly arena: boolean;
}

const disposeStages = (stages: readonly SharedStage[]): void => {
	for (const { session } of stages) session?.dispose();
};

// Of small programs the building takes a part of the time of a run that may matter.
const mostIdleBytes = memoryLimit() / 16;
const programs = new SharedPrograms<Program>(mostIdleBytes, ({ stages }) =>
	disposeStages(stages),
);

/** Frees sessions of compiled functions that are no more. */
export const forgetPrograms = (): void => programs.forget();

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

function build(
	graph: NamedGraph,
	common: Common,
	{ backend, updates, arena }: ProgramOptions,
): Program {
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
			disposeStages(stages);
			throw error;
		}
	}
	return { stages, read };
}

/**
 * The program of a graph, built, or that of an equal one of any function; to be given back.
 *
 * With an arena, sessions keep their memory between runs. Throws a `Refusal` where ONNX Runtime refuses the graph.
 */
export function takeProgram(
	graph: NamedGraph,
	common: Common,
	options: ProgramOptions,
): { readonly program: Program; giveBack(): void } {
	const make = () => build(graph, common, options);
	const bytes = bytesOfGraph(graph);
	if (bytes > mostIdleBytes) {
		// It would not be kept, is used by nobody else, as a rule, and its constants may be many.
		forgetPrograms();
		const program = make();
		return { program, giveBack: () => disposeStages(program.stages) };
	}
	const { backend, updates, arena } = options;
	const { threads, executionProviders } = backend;
	const shapes = isMixed(common) ? [...common.shapes] : [];
	const settings = [threads, executionProviders, arena, shapes];
	const key = programKey(graph, updates, settings);
	const program = programs.take(key, bytes, make);
	return { program, giveBack: () => programs.give(key) };
}
