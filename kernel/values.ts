/** How many objects that cells have shown are kept whatever becomes of them. */
const kept = 30;

type Slot = { readonly value: unknown } | { readonly weak: WeakRef<object> };

const isObject = (value: unknown): value is object =>
	(typeof value === "object" || typeof value === "function") && value !== null;

/** An object that is read by the numbers of cells. */
function numbered(
	name: string,
	read: (count: number) => unknown,
	counts: () => readonly number[],
): object {
	return new Proxy(Object.create(null) as object, {
		get: (_, key) => {
			const count = typeof key === "string" ? Number(key) : Number.NaN;
			return Number.isInteger(count) ? read(count) : undefined;
		},
		has: (_, key) => counts().includes(Number(String(key))),
		ownKeys: () => counts().map(String),
		getOwnPropertyDescriptor: (_, key) => {
			const count = typeof key === "string" ? Number(key) : Number.NaN;
			if (!counts().includes(count)) return undefined;
			return { value: read(count), enumerable: true, configurable: true };
		},
		set() {
			throw new TypeError(`${name} is written by the kernel only`);
		},
	});
}

/**
 * What cells have been and have shown, as the global names `_`, `Out` and `In`.
 *
 * Of the objects shown the last 30 are held; older ones can go, so that a long session does not keep every tensor.
 */
export class ShownValues {
	readonly #outputs = new Map<number, Slot>();
	readonly #inputs = new Map<number, string>();
	/** The newest objects among the outputs, oldest first. */
	readonly #held: [count: number, value: object][] = [];
	#last: unknown;

	/** Remembers what a cell is. */
	addInput(count: number, source: string): void {
		this.#inputs.set(count, source);
	}

	/** Remembers what a cell has shown. */
	addOutput(count: number, value: unknown): void {
		this.#last = value;
		this.#outputs.delete(count);
		this.#outputs.set(count, { value });
		if (!isObject(value)) return;
		this.#held.push([count, value]);
		if (this.#held.length <= kept) return;
		const [oldest, object] = this.#held.shift()!;
		const slot = this.#outputs.get(oldest);
		if (slot && "value" in slot && slot.value === object) {
			this.#outputs.set(oldest, { weak: new WeakRef(object) });
		}
	}

	/** Forgets what cells have shown. */
	clear(): void {
		this.#outputs.clear();
		this.#held.length = 0;
		this.#last = undefined;
	}

	#output(count: number): unknown {
		const slot = this.#outputs.get(count);
		if (!slot) {
			throw new RangeError(`Out[${count}]: cell ${count} has shown no value`);
		}
		if ("value" in slot) return slot.value;
		const value = slot.weak.deref();
		if (value === undefined) {
			throw new RangeError(
				`Out[${count}] is gone: only the last ${kept} objects that cells have shown are kept; a variable keeps a value`,
			);
		}
		return value;
	}

	#input(count: number): string {
		const source = this.#inputs.get(count);
		if (source !== undefined) return source;
		throw new RangeError(`In[${count}]: there is no cell ${count} yet`);
	}

	/** Puts `_`, `Out` and `In` on the global object; whoever assigns them has them for good. */
	install(): void {
		const define = (name: string, get: () => unknown) =>
			Object.defineProperty(globalThis, name, {
				get,
				set: (value: unknown) =>
					Object.defineProperty(globalThis, name, {
						value,
						writable: true,
						configurable: true,
					}),
				configurable: true,
			});
		const present = () =>
			[...this.#outputs]
				.filter(([, slot]) => "value" in slot || slot.weak.deref())
				.map(([count]) => count);
		const outputs = numbered("Out", (count) => this.#output(count), present);
		const inputs = numbered(
			"In",
			(count) => this.#input(count),
			() => [...this.#inputs.keys()],
		);
		define("_", () => this.#last);
		define("Out", () => outputs);
		define("In", () => inputs);
	}
}
