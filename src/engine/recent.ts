/** Values by key, of which those that were used last are kept. */
export class Recent<Value> {
	// In the order of their last use.
	readonly #values = new Map<string, Value>();

	/** `most` values are kept at a time; `drop` frees one that leaves. */
	constructor(
		private readonly most: number,
		private readonly drop: (value: Value) => void,
	) {}

	/** The number of values that are kept. */
	get size(): number {
		return this.#values.size;
	}

	has(key: string): boolean {
		return this.#values.has(key);
	}

	/** The value of a key, which is then the one used last. */
	get(key: string): Value | undefined {
		const value = this.#values.get(key);
		if (value !== undefined) {
			this.#values.delete(key);
			this.#values.set(key, value);
		}
		return value;
	}

	/** Keeps a value, instead of the one that has been used for the longest time where there is no room. */
	set(key: string, value: Value): void {
		this.delete(key);
		this.#values.set(key, value);
		for (const oldest of this.#values.keys()) {
			if (this.#values.size <= this.most) break;
			this.delete(oldest);
		}
	}

	delete(key: string): void {
		const value = this.#values.get(key);
		if (value === undefined) return;
		this.#values.delete(key);
		this.drop(value);
	}

	/** Drops the values of which something holds. */
	deleteWhere(holds: (value: Value) => boolean): void {
		for (const [key, value] of [...this.#values])
			if (holds(value)) this.delete(key);
	}

	clear(): void {
		for (const key of [...this.#values.keys()]) this.delete(key);
	}
}
