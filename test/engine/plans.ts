import * as tf from "@tensorflow/tfjs";
import {
	backendName,
	type OnnxRuntimeBackend,
} from "../../src/engine/backend.js";
import { Families } from "../../src/engine/families.js";
import { disposePlan, type Plan } from "../../src/engine/plan.js";
import { runPlan } from "../../src/engine/run-plan.js";
import { flattenArguments } from "../../src/engine/structure.js";
import { tracePlan } from "../../src/engine/trace-plan.js";
import { Random } from "../../src/index.js";

/** What may be planned. */
export type Fn = (...args: never[]) => tf.Tensor | tf.Tensor[];

/** The plans of a function, each for its own arguments. */
export class Plans {
	readonly families = new Families();
	readonly made: Plan[] = [];

	constructor(
		private readonly fn: Fn,
		private readonly frozen: readonly tf.Variable[] = [],
	) {}

	/** What a new plan makes of arguments. */
	run(...args: readonly unknown[]): Float32Array[] {
		const backend = tf.findBackend(backendName) as OnnxRuntimeBackend;
		const call = flattenArguments(args);
		const plan = tracePlan(backend, this.fn as never, {
			call,
			options: {
				frozen: new Set(this.frozen),
				random: new Random("plans"),
				arena: false,
				families: this.families,
			},
		});
		this.made.push(plan);
		const made = [runPlan(backend, plan, call)].flat() as tf.Tensor[];
		const values = made.map((one) => one.dataSync<"float32">().slice());
		tf.dispose(made);
		return values;
	}

	/** With how many sets of sessions they run. */
	get count(): number {
		return new Set(this.made.map(({ shared }) => shared)).size;
	}

	dispose(): void {
		for (const plan of this.made) disposePlan(plan);
	}
}
