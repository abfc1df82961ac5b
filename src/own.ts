import { isPlain, shortHash } from "./canonical.js";
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
 * closes over is not, so that it belongs into the options. `source` lets threads find it: without, what needs
 * threads is done without them.
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

/** Finds what a source names; throws where the module has no such function. */
export async function findCode({ module, name }: CodeSource): Promise<unknown> {
	const exported = (await import(module)) as Record<string, unknown>;
	if (typeof exported[name] === "function") return exported[name];
	throw new Error(
		`${module} exports no function "${name}": a \`source\` names what a module exports`,
	);
}
