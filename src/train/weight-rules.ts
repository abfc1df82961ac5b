import type { NameFilter } from "../backbones/groups.js";
import type { Check } from "../check/check-options.js";
import { flag, keyed, list, number, required } from "../check/checks.js";
import { editDistance } from "../check/did-you-mean.js";
import { isOwn, type Own } from "../own.js";
import {
	type Blocked,
	type BlockMatch,
	blockChecks,
	blockFilter,
	blockText,
	isBlockMatch,
} from "./blocks.js";
import { checkMade, ownCheck } from "./own-check.js";

/** What some weights, chosen by name, train like. */
export interface WeightRule {
	/**
	 * Names in the state_dict, where `*` stands for any letters, dots too: `layer1.*`, `*.bias`; `{ blocks: ["stem",
	 * "layer1"] }`, or `{ allBut: ["head"] }`, whatever a network calls them; or a filter of one's own, whose `make` gives
	 * `(name) => boolean`.
	 */
	readonly match: string | BlockMatch | Own<NameFilter>;
	/**
	 * `false` freezes; `true` trains what `transfer`, `frozenStages` or `batchNorm` freeze. A batch norm whose weight and
	 * bias are frozen here normalizes by its running statistics, as a frozen stage does.
	 */
	readonly train?: boolean;
	/** What the learning rate is multiplied by, on top of `layerDecay`. */
	readonly rate?: number;
	/** `false` for none, `true` for the recipe's in spite of `noDecay`, or a weight decay in its place. */
	readonly decay?: boolean | number;
}

const numberOrFlag: Check = {
	expected: "true, false or a number of at least 0",
	problems: (value, name, words) =>
		typeof value === "number"
			? number({ from: 0 }).problems(value, name, words)
			: flag.problems(value, name, words ?? numberOrFlag.expected),
};

const matchCheck: Check = {
	expected:
		'names of weights, such as "layer1.*", blocks, such as { blocks: ["layer1"] }, or a filter of one\'s own',
	problems(value, name, words = matchCheck.expected) {
		if (isBlockMatch(value))
			return blockChecks["allBut" in value ? "allBut" : "blocks"].problems(
				value,
				name,
			);
		if (typeof value !== "string") return ownCheck.problems(value, name);
		return value.trim() === ""
			? [new RangeError(`${name} must be ${words}, not ""`)]
			: [];
	},
};

/** The check of the rules of a recipe about weights by name. */
export const weightRulesCheck = list(
	keyed({
		match: required(matchCheck),
		train: flag,
		rate: number({ above: 0 }),
		decay: numberOrFlag,
	}),
);

/** Names that match a pattern in which `*` stands for any letters. */
function patternFilter(pattern: string): NameFilter {
	const parts = pattern
		.split("*")
		.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
	const expression = new RegExp(`^${parts.join(".*")}$`);
	return (name) => expression.test(name);
}

function filterOf({ match }: WeightRule, blocked: Blocked): NameFilter {
	if (isBlockMatch(match)) return blockFilter(match, blocked);
	if (!isOwn(match)) return patternFilter(match);
	const filter = match.make(match.options);
	checkMade(
		`the filter ${match.name}`,
		typeof filter === "function",
		"a function (name) => true or false",
	);
	return filter;
}

/** What rules say of one weight: of each setting the last rule that matches and has it. */
export type SaidOf = (name: string) => Omit<WeightRule, "match">;

/** What the rules of a recipe say of weights by name. */
export function weightRules(
	rules: readonly WeightRule[] = [],
	blocked: Blocked,
): SaidOf {
	const filters = rules.map(({ match: _, ...said }, i) => ({
		matches: filterOf(rules[i] as WeightRule, blocked),
		said,
	}));
	return (name) =>
		Object.assign(
			{},
			...filters
				.filter(({ matches }) => matches(name))
				.map(({ said }) =>
					Object.fromEntries(
						Object.entries(said).filter(([, value]) => value !== undefined),
					),
				),
		);
}

/** Every pattern that a part of a name gives: `layer1.*`, `*.bn1.weight`, and the name itself. */
function patternsOf(name: string): string[] {
	const parts = name.split(".");
	const cuts = Array.from({ length: parts.length - 1 }, (_, i) => i + 1);
	return [
		name,
		...cuts.map((cut) => `${parts.slice(0, cut).join(".")}.*`),
		...cuts.map((cut) => `*.${parts.slice(cut).join(".")}`),
	];
}

const shownNear = 3;

function nearest(pattern: string, names: readonly string[]): string {
	const known = [...new Set(names.flatMap(patternsOf))];
	return known
		.map((text) => ({ text, distance: editDistance(pattern, text) }))
		.sort((a, b) => a.distance - b.distance)
		.slice(0, shownNear)
		.map(({ text }) => text)
		.join(", ");
}

/** Throws one error that lists all rules that match none of the weights that can be trained, and what is near. */
export function checkWeightRules(
	rules: readonly WeightRule[] = [],
	names: readonly string[],
	blocked: Blocked,
): void {
	const problems = rules.flatMap((rule, i) => {
		const { match } = rule;
		if (names.some(filterOf(rule, blocked))) return [];
		const all = `none of the ${names.length} weights that can be trained`;
		if (isBlockMatch(match))
			return [`weights[${i}].match, ${blockText(match)}, matches ${all}`];
		return isOwn(match)
			? [`weights[${i}].match, the filter ${match.name}, matches ${all}`]
			: [
					`weights[${i}].match "${match}" matches ${all}; near are ${nearest(match, names)}`,
				];
	});
	if (problems.length > 0)
		throw new Error(`the recipe cannot be followed: ${problems.join("; ")}`);
}
