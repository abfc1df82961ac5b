import { didYouMean } from "./did-you-mean.js";
import { unexpected } from "./shown.js";

/** What is right for a value, in words and as a test. */
export interface Rule {
	/** Completes "must be": `a number above 0`. */
	readonly expected: string;
	/**
	 * What is wrong with a value that is called `name`; nothing where it is right.
	 *
	 * `expected` are other words for what is right, where a value may be something else too.
	 */
	problems(value: unknown, name: string, expected?: string): readonly Error[];
}

/** The check of a key that can be left out. */
export interface Check extends Rule {
	readonly isRequired?: false;
}

/** The check of a key that cannot be left out. */
export interface RequiredCheck extends Rule {
	readonly isRequired: true;
}

/** Checks of an object by its keys. */
export type KeyChecks = Readonly<Record<string, Check | RequiredCheck>>;

/** A check for each key of an object: one that is forgotten, or optional where the key is not, does not compile. */
export type Checks<Options> = {
	readonly [Key in keyof Options]-?: undefined extends Options[Key]
		? Check
		: RequiredCheck;
};

/** Whether a value is an object with keys. */
export const isRecord = (
	value: unknown,
): value is Readonly<Record<string, unknown>> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** Completes "must be" for an object with some keys and no others. */
export function keysExpected(checks: KeyChecks): string {
	const keys = Object.keys(checks);
	const needed = keys.filter((key) => checks[key]?.isRequired);
	const others = keys.filter((key) => !needed.includes(key)).join(", ");
	if (needed.length === 0) return `an object with some of ${others}`;
	const whole = `an object { ${needed.join(", ")} }`;
	return others === "" ? whole : `${whole}, with or without ${others}`;
}

/** What is wrong with the keys of an object and their values; what is undefined counts as left out. */
export function keyProblems(
	value: unknown,
	name: string,
	{
		checks,
		prefix,
		expected,
	}: {
		readonly checks: KeyChecks;
		readonly prefix: string;
		readonly expected?: string;
	},
): Error[] {
	if (!isRecord(value))
		return unexpected(value, name, {
			expected: expected ?? keysExpected(checks),
		});
	const problems: Error[] = [];
	for (const key of Object.keys(value)) {
		if (value[key] === undefined || Object.hasOwn(checks, key)) continue;
		const keys = Object.keys(checks);
		problems.push(
			new TypeError(
				`${name} has no option "${key}", only ${keys.join(", ")}${didYouMean(key, keys)}`,
			),
		);
	}
	for (const key in checks) {
		const check = checks[key] as KeyChecks[string];
		const given = value[key];
		if (given !== undefined) {
			for (const problem of check.problems(given, prefix + key))
				problems.push(problem);
		} else if (check.isRequired)
			problems.push(
				new TypeError(
					`${prefix}${key} is missing: it must be ${check.expected}`,
				),
			);
	}
	return problems;
}

/**
 * Throws where options have a key that there is not, lack one, or have a value that cannot be.
 *
 * One sentence: which function and option, what was given, what would be right and, for a name, the nearest
 * one. A `TypeError` for unknown and missing keys and values of another kind, else a `RangeError`. What is
 * undefined counts as left out.
 */
export function checkOptions<Options>(
	where: string,
	options: Options | undefined,
	checks: Checks<Options>,
): void {
	const [first] =
		options === undefined || isRecord(options)
			? keyProblems(options ?? {}, where, { checks, prefix: `${where}: ` })
			: keyProblems(options, `${where}: its options`, { checks, prefix: "" });
	if (first) throw first;
}

/** Throws as `checkOptions` does where an argument cannot be what it is. */
export function checkArgument(
	where: string,
	[name, value]: readonly [name: string, value: unknown],
	check: Rule,
): void {
	const [first] = check.problems(value, `${where}: ${name}`);
	if (first) throw first;
}
