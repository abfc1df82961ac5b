import type { Refused } from "../language/compiler.js";

/** Thrown where code cannot be compiled that only names itself while it runs. */
export class Uncompiled extends Error {
	constructor(readonly refused: Refused) {
		super("a local module cannot be compiled");
	}
}

/** Whether that was thrown. */
export function isUncompiled(thrown: unknown): thrown is Uncompiled {
	try {
		return thrown instanceof Uncompiled;
	} catch {
		// a revoked proxy, say
		return false;
	}
}
