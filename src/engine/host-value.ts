/**
 * A plain JavaScript value among the arguments of a compiled function, to be read by `onHost` alone.
 *
 * Such a value may be another at every call without the function being traced again.
 */
export class HostValue<Value> {
	// Hidden, so that nothing looks for tensors in it.
	readonly #value: Value;

	constructor(value: Value) {
		this.#value = value;
	}

	/** The value; inside a compiled function only `onHost` may ask for it. */
	get value(): Value {
		return this.#value;
	}
}

/** Stands for an argument while a function is traced. */
class StandIn extends HostValue<undefined> {
	override get value(): never {
		throw new Error(
			"the value of a HostValue is read while compile() is tracing: it may be another at every call. Read it in the function that onHost() calls, with { hostValues: [...] }.",
		);
	}
}

/** A `HostValue` that stands for an argument of a function that is being traced. */
export const standIn = (): HostValue<unknown> => new StandIn(undefined);
