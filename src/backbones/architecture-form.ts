import { shortHash } from "../canonical.js";
import { isOurs, textOf } from "../code-text.js";
import { type CodeSource, findExport } from "../own.js";
import type { Architecture, OwnArchitecture } from "./architectures.js";
import { familyOf, isBuiltIn } from "./families.js";
import type { Family, Settings } from "./family.js";

/** What is written down of a family of one's own. */
export interface FamilyForm {
	readonly name: string;
	/** A hash of the text of its functions; left out where this package holds them. */
	readonly code?: string;
	/** Where a later process finds it; not part of ids. */
	readonly source?: CodeSource;
}

/** An architecture as it is written down: plain JSON. */
export type ArchitectureForm =
	| Exclude<Architecture, OwnArchitecture>
	| (Settings & {
			readonly family: FamilyForm;
			readonly [setting: string]: unknown;
	  });

/** The families of one's own that this process has seen, by name and code. */
const seen = new Map<string, Family>();

const keyOf = ({ name, code }: FamilyForm): string => `${name} ${code}`;

/** The functions of a family by name: what its networks compute depends on them. */
const functionsOf = (family: Family): [string, () => unknown][] =>
	Object.entries(family).filter(
		(entry): entry is [string, () => unknown] => typeof entry[1] === "function",
	);

function familyForm(family: Family): FamilyForm | string {
	const { name, source } = family;
	if (isBuiltIn(family)) return name;
	const texts = functionsOf(family).map(([key, fn]) => [
		key,
		textOf(`${key} of the family ${name}`, fn),
	]);
	return {
		name,
		...(!isOurs(source?.module) && {
			code: shortHash(Object.fromEntries(texts)),
		}),
		...(source !== undefined && { source }),
	};
}

/** What is written down of an architecture: a family of one's own as its name, its code and where it is found. */
export function architectureForm(net: Architecture): ArchitectureForm {
	const family = familyForm(familyOf(net));
	return { ...net, family } as ArchitectureForm;
}

/** The same without what does not distinguish two architectures: where a family is found. */
export function architectureIdentity(form: ArchitectureForm): ArchitectureForm {
	if (typeof form.family === "string") return form;
	const { source: _, ...family } = form.family;
	return { ...form, family } as ArchitectureForm;
}

/** Remembers the family of an architecture, for runs of it to be found again. */
export function rememberFamily(net: Architecture): void {
	const family = familyOf(net);
	const form = familyForm(family);
	if (typeof form !== "string") seen.set(keyOf(form), family);
}

const isFamily = (value: unknown): value is Family =>
	typeof (value as Partial<Family> | null)?.stages === "function";

/** The family that a module exports, which must be the one that was written down. */
async function importFamily(form: FamilyForm, source: CodeSource) {
	const family = await findExport(source);
	if (!isFamily(family))
		throw new TypeError(
			`${source.name} of ${source.module} is no family of networks, as the run's ${form.name} is`,
		);
	const found = familyForm(family);
	if (typeof found === "string" || keyOf(found) !== keyOf(form))
		throw new Error(
			`the family ${family.name} that ${source.module} exports as ${source.name} is not the one of the run, ${form.name}: its functions have changed since; use it as it was`,
		);
	return family;
}

/**
 * The architecture that was written down: its family is among those of the package, those that this process has
 * made a network of, or what its source names.
 *
 * Throws where it is nowhere, and says how it can be found.
 */
export async function findArchitecture(
	form: ArchitectureForm,
): Promise<Architecture> {
	if (typeof form.family === "string") return form as Architecture;
	const { name, source } = form.family;
	const known = seen.get(keyOf(form.family));
	if (known) return { ...form, family: known };
	if (source)
		return { ...form, family: await importFamily(form.family, source) };
	const others = [...seen.values()].some((family) => family.name === name);
	throw new Error(
		others
			? `the family ${name} of this process is not the one of the run: its functions have changed since; define it as it was`
			: `the run's network is of a family of one's own, ${name}, which this process does not know: make a backbone of it first, untrainedBackbone({ family: ${name}, ... }), or give the family a \`source\`, the module that exports it, before training`,
	);
}
