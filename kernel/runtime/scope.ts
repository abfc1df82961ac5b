interface Accessor {
	get(): unknown;
	set(value: unknown): void;
}

/** One getter and, unless the name is read-only, one setter per name a cell declares. */
export type Bindings = Record<
	string,
	readonly [get: () => unknown, set?: (value: unknown) => void]
>;

/**
 * One name of the notebook and every cell that has declared it.
 *
 * Reading takes the newest declaration. Writing reaches the older ones too, so that functions of
 * earlier cells see what the reader sees; they are held weakly, and a cell's bindings live exactly
 * as long as some closure of that cell does.
 */
class Variable {
	#newest: Accessor | undefined;
	#older: { cell: WeakRef<object>; name: string }[] = [];
	#newestCell: { cell: Bindings; name: string } | undefined;
	#pending: { cell: Bindings; name: string } | undefined;

	announce(cell: Bindings, name: string): void {
		this.#pending = { cell, name };
	}

	/** Adopts the announced declaration once it is initialized; true when it is. */
	adopt(): boolean {
		const pending = this.#pending;
		if (!pending) return true;
		const binding = pending.cell[pending.name];
		if (!binding) return false;
		let value: unknown;
		try {
			value = binding[0]();
		} catch {
			return false;
		}
		this.#pending = undefined;
		this.#retire();
		this.#newestCell = pending;
		this.#newest = {
			get: binding[0],
			set: (next) => binding[1]?.(next),
		};
		this.#writeOlder(value);
		return true;
	}

	/** Forgets a declaration whose cell failed before reaching it. */
	dropPending(): void {
		this.#pending = undefined;
	}

	define(accessor: Accessor): void {
		this.#pending = undefined;
		this.#retire();
		this.#newest = accessor;
		this.#writeOlder(accessor.get());
	}

	get(): unknown {
		return this.#newest?.get();
	}

	set(value: unknown): void {
		if (this.#pending && this.adopt()) return;
		this.#newest?.set(value);
		if (this.#older.length > 0) this.#writeOlder(value);
	}

	#retire(): void {
		if (!this.#newestCell) return;
		const { cell, name } = this.#newestCell;
		this.#older = this.#older.filter(({ cell }) => cell.deref());
		this.#older.push({ cell: new WeakRef(cell), name });
		this.#newestCell = undefined;
	}

	#writeOlder(value: unknown): void {
		for (const { cell, name } of this.#older) {
			const bindings = cell.deref() as Bindings | undefined;
			bindings?.[name]?.[1]?.(value);
		}
	}
}

/** The variables of a notebook, shared by all its cells. */
export class Scope {
	/** What cells see as `exports`: one accessor per name. */
	readonly exports: Record<string, unknown> = Object.create(null);
	readonly #variables = new Map<string, Variable>();
	readonly #announced = new Set<string>();

	#variable(name: string): Variable {
		const known = this.#variables.get(name);
		if (known) return known;
		const variable = new Variable();
		this.#variables.set(name, variable);
		Object.defineProperty(this.exports, name, {
			get: () => variable.get(),
			set: (value) => variable.set(value),
			enumerable: true,
			configurable: true,
		});
		return variable;
	}

	/** Called first in a cell, with its declarations and imports, which are not initialized yet. */
	announce(bindings: Bindings, imports: readonly string[]): Bindings {
		for (const name of [...Object.keys(bindings), ...imports]) {
			this.#variable(name).announce(bindings, name);
			this.#announced.add(name);
		}
		return bindings;
	}

	/** Declares a name that reads through a getter, as imports do. */
	define(name: string, get: () => unknown): void {
		let value: { readonly assigned: unknown } | undefined;
		this.#variable(name).define({
			get: () => (value ? value.assigned : get()),
			set: (assigned) => {
				value = { assigned };
			},
		});
	}

	/** Forgets all names. */
	reset(): void {
		for (const name of this.#variables.keys()) delete this.exports[name];
		this.#variables.clear();
		this.#announced.clear();
	}

	/** Ends a cell; returns the names it declared but never initialized. */
	settle(): string[] {
		const uninitialized: string[] = [];
		for (const name of this.#announced) {
			const variable = this.#variable(name);
			if (variable.adopt()) continue;
			variable.dropPending();
			uninitialized.push(name);
		}
		this.#announced.clear();
		return uninitialized;
	}
}
