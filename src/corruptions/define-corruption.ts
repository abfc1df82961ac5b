import { shortHash } from "../canonical.js";
import {
	type Checks,
	checkOptions,
	isRecord,
	type Rule,
} from "../check/check-options.js";
import {
	callable,
	flag,
	keyed,
	list,
	required,
	text,
	that,
} from "../check/checks.js";
import { didYouMean } from "../check/did-you-mean.js";
import { unexpected } from "../check/shown.js";
import { isOurs, textOf } from "../code-text.js";
import {
	type Corruption,
	type CorruptionGroup,
	type CorruptionName,
	type CorruptionParts,
	corruptionGroups,
	corruptionNames,
	corruptionVariants,
	severityCheck,
} from "./corruption.js";

const made = new WeakSet<object>();

/** Whether a value is a corruption as `defineCorruption` made it, nothing of it changed. */
export const isCorruption = (value: unknown): value is Corruption =>
	typeof value === "object" && value !== null && made.has(value);

/** Whether a name is that of a built-in corruption. */
export const isBuiltIn = (name: unknown): name is CorruptionName =>
	(corruptionNames as readonly unknown[]).includes(name);

const asMade = "a corruption as defineCorruption made it";

/** The check of a corruption: the name of a built-in one, or one of one's own. */
export const corruptionCheck: Rule = {
	expected: `one of ${corruptionNames.join(", ")}, or ${asMade}`,
	problems(value, name, expected = corruptionCheck.expected) {
		if (isBuiltIn(value) || isCorruption(value)) return [];
		if (typeof value !== "string") return unexpected(value, name, { expected });
		return unexpected(value, name, {
			expected: `one of ${corruptionNames.join(", ")}`,
			isKind: true,
			hint:
				didYouMean(value, corruptionNames) ||
				`; one of your own is given as ${asMade}, not by its name`,
		});
	},
};

/** A list of corruptions, of which no two that differ have one name. */
export function corruptionsCheck(element: Rule): Rule {
	const all = list(element);
	return {
		...all,
		problems(value, name, expected) {
			const problems = all.problems(value, name, expected);
			if (problems.length > 0) return problems;
			const own = (value as unknown[]).filter(isRecord);
			const twin = own.find((one) =>
				own.some((other) => other.name === one.name && other.code !== one.code),
			);
			return twin === undefined
				? []
				: [
						new RangeError(
							`${name} has two corruptions called "${twin.name}": give each a name of its own`,
						),
					];
		},
	};
}

/** Checks of the options that choose which cells are scored. */
export const cellChecks = {
	corruptions: corruptionsCheck(corruptionCheck),
	severities: list(severityCheck),
};

const table = list(
	that("a constant", (value) => value !== undefined),
	{ length: 5 },
);
const tables = keyed(
	Object.fromEntries(
		corruptionVariants.map((variant) => [variant, required(table)]),
	),
);

const nameCheck = that(
	'a name of small letters, digits and hyphens, such as "salt-and-pepper", but not "clean"',
	(value) =>
		typeof value === "string" &&
		/^[a-z0-9]+(-[a-z0-9]+)*$/.test(value) &&
		value !== "clean",
);
const groupCheck = that(
	'the name of a group, such as "noise" or "own", but not "clean"',
	(value) =>
		typeof value === "string" && value.trim() !== "" && value !== "clean",
);

const checks: Checks<CorruptionParts<unknown>> = {
	name: required(nameCheck),
	group: groupCheck,
	constants: required({
		expected: "five constants, or five for each variant",
		problems: (value, name) =>
			(Array.isArray(value) ? table : tables).problems(value, name),
	}),
	minimumSide: callable,
	apply: required(callable),
	usesFrost: flag,
	source: keyed({ module: required(text), name: required(text) }),
};

const groupOf = (name: string): string =>
	(Object.keys(corruptionGroups) as CorruptionGroup[]).find((group) =>
		(corruptionGroups[group] as readonly string[]).includes(name),
	) ?? "own";

function codeOf({
	name,
	constants,
	minimumSide,
	apply,
	usesFrost,
}: Corruption): string {
	return shortHash({
		apply: textOf(`apply of ${name}`, apply),
		...(minimumSide && {
			minimumSide: textOf(`minimumSide of ${name}`, minimumSide),
		}),
		...(usesFrost && { usesFrost }),
		constants,
	});
}

/** The same corruption, which threads find in a module. */
export function withSource(
	corruption: Corruption,
	source: Corruption["source"],
): Corruption {
	const found = Object.freeze({ ...corruption, source });
	made.add(found);
	return found;
}

/**
 * Makes a corruption of one's own, which stands wherever the name of a built-in one does: in `corrupt`, `corruptAll`,
 * `evaluate`, tables, figures.
 *
 * `apply` is given a copy of the image, the constants of the severity and a context: `context.draws` derive from the
 * image's id, the corruption's name, the severity and the seed. Its rows are called by the name, the constants and
 * the text of its functions: with another text, it is another corruption. What they close over is not in their text:
 * it belongs into the constants. With a `source`, `{ module: import.meta.url, name: "haze" }` for
 * `export const haze = defineCorruption(...)`, threads apply it; without, the main thread does, to the same effect but
 * one image after another. Throws where a part cannot be what it is, and for the name of a built-in corruption.
 */
export function defineCorruption<Constants>(
	parts: CorruptionParts<Constants>,
): Corruption<Constants> {
	checkOptions("defineCorruption", parts, checks as Checks<typeof parts>);
	const { name, group = groupOf(name), source } = parts;
	const isOwn = !isOurs(source?.module);
	if (isOwn && isBuiltIn(name))
		throw new RangeError(
			`defineCorruption: there is a built-in corruption "${name}": give yours another name`,
		);
	const { constants } = parts;
	const whole = {
		...parts,
		group,
		constants: Array.isArray(constants)
			? Object.fromEntries(
					corruptionVariants.map((variant) => [variant, constants]),
				)
			: constants,
	} as Corruption<Constants>;
	const corruption: Corruption<Constants> = Object.freeze({
		...whole,
		...(isOwn && {
			code: codeOf(whole as Corruption),
			constants: structuredClone(whole.constants),
		}),
	});
	made.add(corruption);
	return corruption;
}
