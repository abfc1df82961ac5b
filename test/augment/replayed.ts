import assert from "node:assert/strict";
import { Random } from "../../src/random.js";

/** Gives out numbers that torchvision drew. */
export class Replayed extends Random {
	readonly #draws: number[];

	constructor(draws: readonly number[]) {
		super();
		this.#draws = [...draws];
	}

	override uniform(low = 0, high = 1): number {
		const drawn = this.#draws.shift() as number;
		// Drawn in single precision.
		assert.ok(drawn >= low - 1e-6 && drawn <= high + 1e-6, `${drawn}`);
		return drawn;
	}

	override integer(low: number, high: number): number {
		const drawn = this.#draws.shift() as number;
		assert.ok(drawn >= low && drawn < high, `${drawn} of ${low} to ${high}`);
		return drawn;
	}

	get left(): number {
		return this.#draws.length;
	}
}
