import type { Common } from "./lengths.js";
import type { NamedGraph } from "./named-graph.js";
import { type Program, type ProgramOptions, takeProgram } from "./program.js";

/** The stages of all graphs of a function that have something in common; they live for as long as a plan uses them. */
export class SharedStages {
	/** Whether others have taken their place. */
	isReplaced = false;
	readonly #taken: ReturnType<typeof takeProgram>;
	#users = 0;
	#isAlive = true;

	/** Builds the sessions for one of the graphs; throws a `Refusal` where ONNX Runtime refuses it. */
	constructor(common: Common, graph: NamedGraph, options: ProgramOptions) {
		this.#taken = takeProgram(graph, common, options);
	}

	get program(): Program {
		return this.#taken.program;
	}

	/** Whether the sessions can still run. */
	get isAlive(): boolean {
		return this.#isAlive;
	}

	/** A plan begins to use them. */
	take(): void {
		this.#users++;
	}

	/** A plan uses them no more: with the last one they end. */
	release(): void {
		this.#users--;
		if (this.#users > 0) return;
		this.#isAlive = false;
		this.#taken.giveBack();
	}
}
