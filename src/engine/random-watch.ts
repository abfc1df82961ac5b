import { engine as tfEngine } from "@tensorflow/tfjs";
import { runningOperations } from "./running-operations.js";

// TensorFlow.js draws these in JavaScript and stores the result: a constant, if it were traced.
const randomOps = /^(rand|random\w*|truncatedNormal|multinomial)$/;

const onceForAll = (operation: string): Error =>
	new Error(
		`${operation}() inside a compiled function would draw once and for all; use drawUniform() or drawNormal(), which draw anew at every call${
			operation === "rand" || operation === "Math.random"
				? ""
				: ", or give it a seed, with which it draws the same at every call"
		}`,
	);

/**
 * Tells the random operations that draw the same at every call, those with a seed, from the others.
 *
 * Without a seed, TensorFlow.js asks `Math.random` for one.
 */
export class RandomWatch {
	#unseeded: unknown;

	/** Runs a function in which nothing may be drawn from `Math.random` unnoticed. */
	during<Result>(fn: () => Result): Result {
		// biome-ignore lint/plugin: it is watched, not used.
		const original = Math.random;
		Math.random = () => {
			if (!randomOps.test(runningOperations().at(-1) ?? ""))
				throw onceForAll("Math.random");
			this.#unseeded = tfEngine().state.activeScope;
			return original();
		};
		try {
			return fn();
		} finally {
			Math.random = original;
		}
	}

	/**
	 * Whether what the running operation makes is to be drawn anew at every call: the numbers of dropout.
	 * Throws where other numbers would be.
	 */
	isDraw(): boolean {
		const operations = runningOperations();
		const operation = operations.at(-1) ?? "";
		if (!randomOps.test(operation)) return false;
		const isSeeded = this.#unseeded !== tfEngine().state.activeScope;
		if (isSeeded && operation !== "rand") return false;
		if (operations.at(-2) === "dropout") return true;
		throw onceForAll(operation);
	}
}

/** Calls a function that was called before and must do the same again: throws where it asks `Math.random`. */
export function withoutChance<Result>(fn: () => Result): Result {
	// biome-ignore lint/plugin: it is watched, not used.
	const original = Math.random;
	Math.random = () => {
		const operation = runningOperations().at(-1) ?? "Math.random";
		throw new Error(
			`${operation}() draws other numbers when a function is computed again for its gradient: use drawUniform() or drawNormal(), or give it a seed`,
		);
	};
	try {
		return fn();
	} finally {
		Math.random = original;
	}
}
