import { disposePlan, type Plan } from "./plan.js";
import { Recent } from "./recent.js";

/** The plans that were used last. */
export class PlanCache {
	readonly #plans: Recent<Plan>;
	/** Whether arguments have been of one structure and shape so far. */
	#isUniform = true;

	constructor(most: number) {
		this.#plans = new Recent(most, disposePlan);
	}

	get(key: string): Plan | undefined {
		return this.#plans.get(key);
	}

	/**
	 * Makes room for the plan of a key; says whether it may have an arena.
	 *
	 * Arenas never shrink, and those of several plans would not fit in memory: only a plan without others
	 * has one, and leaves with it.
	 */
	prepare(key: string): boolean {
		if (this.#isUniform && this.#plans.size > 0 && !this.#plans.has(key)) {
			this.#isUniform = false;
			this.clear();
		}
		this.#plans.delete(key);
		return this.#isUniform;
	}

	/** Keeps a plan, and those others that run with stages that are still in use. */
	set(key: string, plan: Plan): void {
		this.#plans.set(key, plan);
		this.#plans.deleteWhere(({ shared }) => shared.isReplaced);
	}

	clear(): void {
		this.#plans.clear();
	}
}
