import { canonical, isPlain, shortHash } from "./canonical.js";
import { isOurs, textOf } from "./code-text.js";

/** Where threads and later processes find a function: a module and the name under which it exports it. */
export interface CodeSource {
	/** The address of the module: its `import.meta.url`. */
	readonly module: string;
	readonly name: string;
}

/**
 * A thing of one's own in place of a built-in one: a name, options and the function that makes it of the options.
 *
 * Name and options, plain JSON, and the text of `make` are part of the ids of runs and the keys of rows; what `make`
 * closes over is not, so that it belongs into the options. `source` names what `make` is, and lets threads and other
 * processes find it: without, what needs threads is done without them, and no sweep takes it.
 */
export interface Own<Thing, Options = unknown> {
	readonly name: string;
	readonly options?: Options;
	make(options: Options): Thing;
	readonly source?: CodeSource;
}

/** What is written down of a thing of one's own. */
export interface OwnForm {
	readonly name: string;
	readonly options?: unknown;
	/** A hash of the text of `make`; left out where this package holds it. */
	readonly code?: string;
}

/** Whether a part of a recipe was made by someone, not named. */
export const isOwn = (value: unknown): value is Own<unknown> =>
	typeof (value as Partial<Own<unknown>> | null)?.make === "function";

/** What is written down of a thing of one's own, and what ids are made of. */
export const ownForm = ({
	name,
	options,
	make,
	source,
}: Own<unknown>): OwnForm => ({
	name,
	...(options !== undefined && { options }),
	...(!isOurs(source?.module) && {
		code: shortHash(textOf(`make of ${name}`, make)),
	}),
});

/** The same content with every thing of one's own in it as it is written down; other functions stay. */
export function withOwnForms(content: unknown): unknown {
	if (isOwn(content)) return ownForm(content);
	if (Array.isArray(content)) return content.map(withOwnForms);
	if (!isPlain(content)) return content;
	return Object.fromEntries(
		Object.entries(content).map(([key, item]) => [key, withOwnForms(item)]),
	);
}

/** What makes each built-in kind of thing, by its name, of the settings beside the name. */
export type Makers<Thing, BuiltIn extends { readonly name: string }> = {
	readonly [Name in BuiltIn["name"]]: (
		settings: Extract<BuiltIn, { readonly name: Name }>,
	) => Thing;
};

/** The thing that a part of a recipe stands for: a built-in one of its settings, or one of one's own of its options. */
export function makeOf<Thing, BuiltIn extends { readonly name: string }>(
	given: BuiltIn | Own<Thing>,
	makers: Makers<Thing, BuiltIn>,
): Thing {
	if (isOwn(given)) return given.make(given.options) as Thing;
	const make = makers[given.name as BuiltIn["name"]] as (
		settings: BuiltIn,
	) => Thing;
	return make(given as BuiltIn);
}

/** What a module exports under the name that a source says; undefined where it exports nothing of the name. */
export async function findExport({
	module,
	name,
}: CodeSource): Promise<unknown> {
	const exported = (await import(module)) as Record<string, unknown>;
	return exported[name];
}

/** Finds what a source names; throws where the module has no such function. */
export async function findCode(source: CodeSource): Promise<unknown> {
	const exported = await findExport(source);
	if (typeof exported === "function") return exported;
	throw new Error(
		`${source.module} exports no function "${source.name}": a \`source\` names what a module exports`,
	);
}

/** A thing of one's own as another process finds it: what is written down of it, and where it is. */
export interface WrittenOwn extends OwnForm {
	readonly source: CodeSource;
}

const isSameForm = (a: OwnForm, b: OwnForm): boolean =>
	canonical([a.name, a.options ?? null, a.code ?? null]) ===
	canonical([b.name, b.options ?? null, b.code ?? null]);

/**
 * Makes a thing of one's own again where only its form and its source are known.
 *
 * The source names its `make`, a function that gives the whole of the options, as this package's own are made, or the
 * whole itself. Throws where it is none of these, or gives another thing than the one that was written down.
 */
export async function remakeOwn(written: WrittenOwn): Promise<Own<unknown>> {
	const { name, options, source } = written;
	const found = await findExport(source);
	const whole: unknown[] = [];
	if (isOwn(found)) whole.push(found);
	else if (typeof found === "function") {
		if (!isOurs(source.module))
			whole.push({ name, options, make: found, source });
		const isMake = whole.some((one) =>
			isSameForm(ownForm(one as Own<unknown>), written),
		);
		if (!isMake) whole.push((found as Own<unknown>["make"])(options));
	}
	const same = whole
		.filter(isOwn)
		.find((one) => isSameForm(ownForm(one), written));
	if (same) return same;
	throw new Error(
		`${source.module} exports no "${source.name}" that makes ${name} as it was given: a \`source\` names the function that is its \`make\`, a function that gives { name, options, make } of the options, or { name, options, make } itself`,
	);
}
