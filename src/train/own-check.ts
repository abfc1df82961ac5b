import { canonical } from "../canonical.js";
import { type Check, isRecord, type Rule } from "../check/check-options.js";
import { isOwn } from "../own.js";

function ownProblems(
	{ name, options }: { readonly name: string; readonly options?: unknown },
	at: string,
	taken: readonly string[],
): Error[] {
	if (typeof name !== "string" || name.trim() === "")
		return [
			new TypeError(
				`${at}.name must be text that ids can be made of, such as "lion", not ${JSON.stringify(name)}`,
			),
		];
	if (taken.includes(name))
		return [
			new RangeError(
				`${at}.name is ${JSON.stringify(name)}, which is a built-in one: what you make yourself needs another name`,
			),
		];
	try {
		canonical(options ?? null);
		return [];
	} catch (error) {
		return [
			new TypeError(
				`${at}.options cannot be written down: ${(error as Error).message}`,
			),
		];
	}
}

/** Of a thing that was written down: its name, its options, and a hash of its code, which is no code. */
const isWritten = (value: unknown, builtIn: readonly string[]): boolean =>
	isRecord(value) &&
	typeof value.name === "string" &&
	!builtIn.includes(value.name) &&
	(Object.hasOwn(value, "code") || Object.hasOwn(value, "options"));

/**
 * The check of a part that may be a thing of one's own, `{ name, options, make }`, in place of a built-in one of these
 * names: a name of its own, and options that are plain JSON.
 */
export function orOwn(builtIn: readonly string[], check: Rule): Check {
	const { expected } = check;
	return {
		expected,
		problems(value, name, words = expected) {
			if (isOwn(value)) return ownProblems(value, name, builtIn);
			if (isWritten(value, builtIn)) {
				const { name: own } = value as { name: string };
				return [
					new TypeError(
						`${name} is what a record says of ${JSON.stringify(own)}, made by someone, without its code: give it again, { name: ${JSON.stringify(own)}, options, make }, or load the recipe from where it was made`,
					),
				];
			}
			return check.problems(value, name, words);
		},
	};
}

const nothingBuiltIn: Rule = {
	expected: "a thing of one's own, { name, options, make }",
	problems: (value, name) => [
		new TypeError(
			`${name} must be a thing of one's own, { name, options, make }, where make is a function of the options, not ${JSON.stringify(value) ?? typeof value}`,
		),
	],
};

/** The check of a part of which there are no built-in ones. */
export const ownCheck: Check = orOwn([], nothingBuiltIn);

/** Throws where what `make` gives is not what its part of a recipe needs. */
export function checkMade(
	what: string,
	isRight: boolean,
	needed: string,
): void {
	if (!isRight) throw new TypeError(`the make of ${what} must give ${needed}`);
}
