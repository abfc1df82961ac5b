import type { OnnxRuntimeBackend } from "./backend.js";
import type { HostCall } from "./host-call.js";
import { overwriting, type Update } from "./overwrite.js";
import { memoryLimit } from "./pool.js";
import { bytesOfGraph, programKey } from "./program-key.js";
import { refusedKernels } from "./refused-kernels.js";
import { divide, hostCall, type Step } from "./segments.js";
import { createSession, Refusal, type Session } from "./session.js";
import { SharedPrograms } from "./shared-programs.js";
import type { TracedGraph, TracedNode, TracedValue } from "./trace.js";

/** A session or a host call. */
export interface Stage {
	readonly session: Session | undefined;
	readonly call: HostCall | undefined;
	readonly inputs: readonly TracedValue[];
	readonly outputs: readonly TracedValue[];
	/** Values that nobody reads after it. */
	readonly spent: readonly string[];
	/** Outputs that may be written over what the variables hold whose next values they are. */
	readonly over: ReadonlySet<string>;
}

/** The stages of a traced graph. */
export interface Stages {
	readonly stages: readonly Stage[];
	/** What is read at all. */
	readonly read: ReadonlySet<string>;
	/** Frees the sessions that nobody else uses. */
	release(): void;
}

/** What the stages of a plan are made with. */
export interface StageOptions {
	readonly updates: readonly Update[];
	readonly arena: boolean;
}

/** Stages without what belongs to one function alone: a host function is known by its place among the nodes. */
interface Program {
	readonly parts: readonly (Omit<Stage, "call"> & { readonly host: number })[];
	readonly read: ReadonlySet<string>;
}

const disposeProgram = ({ parts }: Program): void => {
	for (const { session } of parts) session?.dispose();
};

// Of small programs the building takes a part of the time of a run that may matter.
const mostIdleBytes = memoryLimit() / 16;
const programs = new SharedPrograms<Program>(mostIdleBytes, disposeProgram);

/** Frees sessions of compiled functions that are no more. */
export const forgetPrograms = (): void => programs.forget();

// Only the last step overwrites: should one before it fail, every variable is as it was.
function overwritingAtTheEnd(
	graph: TracedGraph,
	{ updates, inPlace }: { updates: readonly Update[]; inPlace: boolean },
): { steps: Step[]; over: ReadonlySet<string> } {
	const none = { over: new Set<string>() };
	if (!inPlace) return { steps: divide(graph), ...none };
	const steps = divide(graph, new Set(updates.map(({ output }) => output)));
	const last = steps.at(-1);
	if (!last?.graph) return { steps, ...none };
	const values = new Map([
		...graph.inputs,
		...graph.constants,
		...graph.values,
	]);
	const { graph: end, over } = overwriting(last.graph, updates, values);
	return { steps: [...steps.slice(0, -1), { ...last, graph: end }], over };
}

function build(
	backend: OnnxRuntimeBackend,
	graph: TracedGraph,
	{ updates, arena }: StageOptions,
): Program {
	const read = new Set(graph.outputs);
	const parts: Program["parts"][number][] = [];
	const { threads, executionProviders } = backend;
	const inPlace = executionProviders[0] === "cpu";
	const { steps, over } = overwritingAtTheEnd(graph, { updates, inPlace });
	for (const { graph: part, node, inputs, outputs } of steps.reverse()) {
		const names = new Set([...inputs, ...outputs].map(({ name }) => name));
		const spent = [...names].filter((name) => !read.has(name));
		for (const { name } of inputs) read.add(name);
		try {
			const session =
				part && createSession(part, { threads, executionProviders, arena });
			const own = parts.length === 0 ? over : new Set<string>();
			const host = node ? graph.nodes.indexOf(node) : -1;
			// Constants that a host function reads are the own ones of each who shares the program.
			const values = node ? { inputs: [], outputs: [] } : { inputs, outputs };
			parts.unshift({ session, host, ...values, spent, over: own });
		} catch (error) {
			disposeProgram({ parts, read });
			throw error instanceof Refusal
				? refusedKernels(backend, graph, error)
				: error;
		}
	}
	return { parts, read };
}

/**
 * The stages of a traced graph, their sessions built, or those of an equal graph.
 *
 * With an arena, sessions keep their memory between runs. Throws `RefusedKernels` where ONNX Runtime refuses the graph.
 */
export function stagesOf(
	backend: OnnxRuntimeBackend,
	graph: TracedGraph,
	options: StageOptions,
): Stages {
	const make = () => build(backend, graph, options);
	const bytes = bytesOfGraph(graph);
	const { threads, executionProviders } = backend;
	const settings = [threads, executionProviders, options.arena];
	// A program that would not be kept is used by nobody else, as a rule, and its constants may be many.
	const key =
		bytes <= mostIdleBytes
			? programKey(graph, options.updates, settings)
			: undefined;
	if (key === undefined) forgetPrograms();
	const program = key === undefined ? make() : programs.take(key, bytes, make);
	return {
		stages: program.parts.map(({ host, ...part }) => {
			const node = graph.nodes[host];
			const step: Partial<Step> = node
				? hostCall(graph, node as TracedNode)
				: {};
			return { ...part, call: undefined, ...step };
		}),
		read: program.read,
		release: () =>
			key === undefined ? disposeProgram(program) : programs.give(key),
	};
}
