import { type Common, commonOf, commonWith, isMixed } from "./lengths.js";
import { graphOf, type NamedGraph } from "./named-graph.js";
import type { Values } from "./onnx.js";
import type { Outline } from "./outline.js";
import type { ProgramOptions } from "./program.js";
import { Recent } from "./recent.js";
import { Refusal } from "./session.js";
import { SharedStages } from "./shared-stages.js";

/** The variables whose elements are constants of a graph, by their numbers. */
type Baked = ReadonlyMap<Values, number>;

/** What a graph runs with. */
export interface Staged {
	readonly graph: NamedGraph;
	readonly shared: SharedStages;
}

/** The graphs of one structure. */
class Family {
	#common: Common | undefined;
	#shared: SharedStages | undefined;
	#baked = new Map<number, Values>();
	/** Whether ONNX Runtime has refused what they have in common. */
	#isRefused = false;

	/**
	 * The stages of a graph: those of the graphs before it where it has in common with them what those have, else new
	 * ones, which do for those before it too.
	 */
	stagesOf(outline: Outline, baked: Baked, options: ProgramOptions): Staged {
		this.#forgetOther(baked);
		const alone = commonOf(outline);
		const common = this.#common ? commonWith(this.#common, outline) : alone;
		const build = (from: Common): Staged => {
			const graph = graphOf(outline, from);
			return { graph, shared: new SharedStages(from, graph, options) };
		};
		if (this.#isRefused) return build(alone);
		if (common === this.#common && this.#shared?.isAlive)
			return { graph: graphOf(outline, common), shared: this.#shared };
		let made: Staged;
		try {
			made = build(common);
		} catch (error) {
			if (!(error instanceof Refusal) || !isMixed(common)) throw error;
			this.#isRefused = true;
			return build(alone);
		}
		if (this.#shared) this.#shared.isReplaced = true;
		this.#common = common;
		this.#shared = made.shared;
		return made;
	}

	// Not what graphs differ in: where a variable has other elements, all begins anew.
	#forgetOther(baked: Baked): void {
		const isOther = [...baked].some(([values, variable]) => {
			const known = this.#baked.get(variable);
			return known !== undefined && known !== values;
		});
		if (isOther) this.#common = undefined;
		this.#baked = new Map([...baked].map(([values, id]) => [id, values]));
	}
}

// More than functions have whose graphs differ in more than lengths.
const mostFamilies = 32;
let current: Families | undefined;

/**
 * The graphs of a compiled function and of those that are compiled while it is traced.
 *
 * Graphs that differ in nothing but the lengths of axes, and in constants that follow from them, share sessions: the
 * second of them is built so that it runs for both, and for any other.
 */
export class Families {
	readonly #families = new Recent<Family>(mostFamilies, () => {});

	/** Those of the function that is being traced. */
	static get current(): Families | undefined {
		return current;
	}

	/** Runs a function, within which these are the current ones. */
	during<Result>(fn: () => Result): Result {
		const before = current;
		current = this;
		try {
			return fn();
		} finally {
			current = before;
		}
	}

	/** What a graph runs with; throws a `Refusal` where ONNX Runtime refuses it. */
	stagesOf(outline: Outline, baked: Baked, options: ProgramOptions): Staged {
		const key = `${options.backend.configuration} ${outline.structure}`;
		let family = this.#families.get(key);
		if (!family) {
			family = new Family();
			this.#families.set(key, family);
		}
		return family.stagesOf(outline, baked, options);
	}
}
