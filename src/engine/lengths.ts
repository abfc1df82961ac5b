import type { Constant, Outline } from "./outline.js";

/** What the graphs of one structure that were seen have in common. */
export interface Common {
	/** The name of the constant that is read in each place; places of one name always read the same. */
	readonly names: ReadonlyMap<string, string>;
	/** Those constants that are the same in all graphs. */
	readonly fixed: ReadonlyMap<string, Constant>;
	/**
	 * The shapes of inputs and of what nodes make. Lengths that differ are negative: equal numbers stand for lengths
	 * that are equal in each graph.
	 */
	readonly shapes: ReadonlyMap<string, readonly number[]>;
}

// The elements of longer constants are told apart by the array that holds them.
const listed = 16;

function bytesOf({ data }: Constant): Uint8Array {
	return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Whether two constants are the same, bit for bit. */
function isSame(a: Constant, b: Constant): boolean {
	if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false;
	return a.data === b.data || Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
}

/** Numbers for keys, in the order in which they come. */
class Numbers<Key> {
	readonly #numbers = new Map<Key, number>();

	of(key: Key): number {
		const known = this.#numbers.get(key) ?? this.#numbers.size;
		this.#numbers.set(key, known);
		return known;
	}
}

const shapesOf = ({ inputs, values }: Outline) =>
	new Map(
		[...inputs, ...values].map(([name, { shape }]) => [name, shape] as const),
	);

/** What one graph has in common with itself: everything. */
export function commonOf(outline: Outline): Common {
	const same = new Map<unknown, string>();
	const names = new Map<string, string>();
	const fixed = new Map<string, Constant>();
	for (const [place, constant] of outline.constants) {
		const { data, shape } = constant;
		const key =
			data.length <= listed
				? `${constant.dtype} ${shape} ${data.join()}`
				: data;
		const known = same.get(key);
		const isKnown = known && isSame(fixed.get(known) as Constant, constant);
		const name = isKnown ? known : `k${fixed.size}`;
		same.set(key, name);
		names.set(place, name);
		if (!isKnown) fixed.set(name, { ...constant, name });
	}
	return { names, fixed, shapes: shapesOf(outline) };
}

/** The names of constants once another graph is seen too. */
function namesWith(
	common: Common,
	{ constants }: Outline,
): Pick<Common, "names" | "fixed"> {
	const numbers = new Numbers<string>();
	const tables = new Numbers<unknown>();
	const contentOf = ({ data, dtype, shape }: Constant): string =>
		data.length <= listed
			? `${dtype} ${shape} ${data.join()}`
			: `${shape} #${tables.of(data)}`;
	const fixed = new Map<string, Constant>();
	const names = new Map<string, string>();
	for (const [place, constant] of constants) {
		const before = common.names.get(place) as string;
		const known = common.fixed.get(before);
		if (known && isSame(known, constant)) {
			names.set(place, before);
			fixed.set(before, known);
		} else
			names.set(place, `f${numbers.of(`${before} ${contentOf(constant)}`)}`);
	}
	return { names, fixed };
}

/** Shapes once another graph is seen too. */
function shapesWith({ shapes }: Common, outline: Outline): Common["shapes"] {
	const numbers = new Numbers<string>();
	const made = new Map<string, readonly number[]>();
	for (const [name, shape] of shapesOf(outline)) {
		const before = shapes.get(name) as readonly number[];
		made.set(
			name,
			shape.map((length, axis) =>
				before[axis] === length
					? length
					: -1 - numbers.of(`${before[axis]} ${length}`),
			),
		);
	}
	return made;
}

/** Whether some lengths or constants differ. */
export const isMixed = (common: Common): boolean =>
	countFed(common) + countLengths(common) > 0;

const countFed = ({ names, fixed }: Common): number =>
	new Set([...names.values()].filter((name) => !fixed.has(name))).size;

const countLengths = ({ shapes }: Common): number =>
	new Set([...shapes.values()].flat().filter((length) => length < 0)).size;

const haveEqualNames = (a: Common, b: Common): boolean =>
	a.fixed.size === b.fixed.size && countFed(a) === countFed(b);

const haveEqualLengths = (a: Common, b: Common): boolean => {
	const known = [...a.shapes.values()].flat();
	const now = [...b.shapes.values()].flat();
	return (
		countLengths(a) === countLengths(b) &&
		known.every((length, i) => length < 0 === (now[i] as number) < 0)
	);
};

/**
 * What graphs have in common once another one of their structure is seen: `common` itself where that one brings nothing
 * new.
 */
export function commonWith(common: Common, outline: Outline): Common {
	const { names, fixed } = namesWith(common, outline);
	const made = { names, fixed, shapes: shapesWith(common, outline) };
	return haveEqualNames(common, made) && haveEqualLengths(common, made)
		? common
		: made;
}
