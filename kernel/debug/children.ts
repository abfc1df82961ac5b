import { kindOf, lineOf } from "../magics/variables.js";

/** A variable, or a part of one, as the Debug Adapter Protocol has it. */
export interface Shown {
	readonly name: string;
	readonly value: string;
	/** Not there where the value says it all: JupyterLab shows a type in place of its value. */
	readonly type?: string;
	readonly variablesReference: number;
	/** What it is called in its frame: `rows[0].score`. */
	readonly evaluateName?: string;
	readonly indexedVariables?: number;
}

/** A part of a value: how it is called, what it is, and what leads from the value to it. */
type Child = readonly [name: string, value: unknown, access?: string];

const accessOf = (key: string | symbol) =>
	typeof key === "symbol"
		? undefined
		: /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
			? `.${key}`
			: `[${JSON.stringify(key)}]`;

/** The parts of a value that one answer does not have room for. */
export class Rest {
	constructor(
		readonly value: object,
		readonly start: number,
	) {}
}

/** A property that a function would have to be called for. */
export class Getter {}

/** Names of variables, from several places; the first of a name is the one that is seen. */
export class Names {
	constructor(
		readonly places: readonly Readonly<Record<string, unknown>>[],
		readonly hidden: readonly string[] = [],
	) {}
}

const most = 100;
const widest = 200;

const isList = (value: unknown): value is ArrayLike<unknown> =>
	Array.isArray(value) ||
	(ArrayBuffer.isView(value) && !(value instanceof DataView));

function namedParts({ places, hidden }: Names): Child[] {
	const found = new Map<string, unknown>();
	for (const place of places) {
		for (const name of Object.keys(place)) {
			if (found.has(name) || hidden.includes(name)) continue;
			try {
				// what is not initialized yet throws where it is read
				found.set(name, place[name]);
			} catch (error) {
				found.set(name, error);
			}
		}
	}
	return [...found].map(([name, value]) => [name, value, name]);
}

/** The names and values in a part of an object; no getter is called. */
export function parts(value: object, start: number, count: number): Child[] {
	const end = start + count;
	if (value instanceof Names) return namedParts(value);
	if (isList(value)) {
		const last = Math.min(end, value.length);
		return Array.from({ length: Math.max(0, last - start) }, (_, i) => [
			String(start + i),
			value[start + i],
			`[${start + i}]`,
		]);
	}
	if (value instanceof Map) {
		return [...value]
			.slice(start, end)
			.map(([key, item]) => [lineOf(key, 40), item]);
	}
	if (value instanceof Set) {
		return [...value]
			.slice(start, end)
			.map((item, i) => [String(start + i), item]);
	}
	return Reflect.ownKeys(value)
		.slice(start, end)
		.map((key) => {
			const property = Reflect.getOwnPropertyDescriptor(value, key);
			const isGetter = property?.get !== undefined;
			const part = isGetter ? new Getter() : property?.value;
			return [String(key), part, accessOf(key)];
		});
}

/** How many parts a value has. */
export function sizeOf(value: object): number {
	if (value instanceof Names) return 0;
	if (isList(value)) return value.length;
	if (value instanceof Map || value instanceof Set) return value.size;
	return Reflect.ownKeys(value).length;
}

const isObject = (value: unknown): value is object =>
	(typeof value === "object" || typeof value === "function") && value !== null;

/** What the debugger refers to by numbers, until the code goes on. */
export class References {
	readonly #values = new Map<
		number,
		{ readonly value: object; readonly path?: string | undefined }
	>();
	#last = 0;

	/** A number for an object with parts, which is called so in its frame; 0 for anything else. */
	add(value: unknown, path?: string): number {
		if (!isObject(value)) return 0;
		if (!(value instanceof Names || value instanceof Rest)) {
			try {
				if (sizeOf(value) === 0) return 0;
			} catch {
				return 0;
			}
		}
		this.#last++;
		this.#values.set(this.#last, { value, path });
		return this.#last;
	}

	/** One value with its name, and what it is called in its frame. */
	show(name: string, value: unknown, path?: string): Shown {
		const variablesReference = this.add(value, path);
		if (value instanceof Rest) {
			const left = sizeOf(value.value) - value.start;
			return { name, value: `${left} more`, variablesReference };
		}
		if (value instanceof Getter) {
			return { name, value: "(getter)", variablesReference };
		}
		return {
			name,
			value: lineOf(value, widest),
			...(variablesReference > 0 ? { type: kindOf(value) } : {}),
			variablesReference,
			...(path === undefined ? {} : { evaluateName: path }),
			...(isList(value) ? { indexedVariables: value.length } : {}),
		};
	}

	/** The parts of what a number stands for; of many the first, and one that stands for the rest. */
	children(reference: number, start?: number, count?: number): Shown[] {
		const referred = this.#values.get(reference);
		if (!referred) {
			throw new Error(`there is no variable ${reference} any more`);
		}
		const { value: whole, path } = referred;
		const value = whole instanceof Rest ? whole.value : whole;
		const first = (whole instanceof Rest ? whole.start : 0) + (start ?? 0);
		const shown = parts(value, first, count || most).map(
			([name, part, access]) =>
				this.show(
					name,
					part,
					path === undefined || access === undefined
						? undefined
						: path + access,
				),
		);
		const next = first + most;
		if (count || sizeOf(value) <= next) return shown;
		return [...shown, this.show("…", new Rest(value, next), path)];
	}

	/** Forgets all numbers. */
	clear(): void {
		this.#values.clear();
	}
}
