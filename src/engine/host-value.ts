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
