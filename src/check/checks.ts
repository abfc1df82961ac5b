import {
	type Check,
	type Checks,
	isRecord,
	type KeyChecks,
	keyProblems,
	keysExpected,
	type RequiredCheck,
	type Rule,
} from "./check-options.js";
import { didYouMean } from "./did-you-mean.js";
import { unexpected } from "./shown.js";

/** The same check of a key that cannot be left out. */
export const required = (check: Rule): RequiredCheck => ({
	...check,
	isRequired: true,
});

/** A check by a test, what it asks for, and of which type that is, where others are right for none. */
export const that = (
	expected: string,
	isRight: (value: unknown) => boolean,
	type?: "number" | "object",
): Check => ({
	expected,
	problems: (value, name, words = expected) =>
		isRight(value)
			? []
			: unexpected(value, name, {
					expected: words,
					isKind: typeof value === type,
				}),
});

/** Text, the empty one too. */
export const text = that("text", (value) => typeof value === "string");
/** A yes or no. */
export const flag = that(
	"true or false",
	(value) => typeof value === "boolean",
);
/** A function. */
export const callable = that(
	"a function",
	(value) => typeof value === "function",
);
/** An object of any kind, whatever is in it. */
export const thing = (expected: string): Check =>
	that(expected, (value) => typeof value === "object" && value !== null);

/** What can be gone through, with or without waiting. */
export const iterable = that(
	"a list, or something else to go through one by one",
	(value) =>
		typeof value === "string" ||
		(typeof value === "object" &&
			value !== null &&
			(Symbol.iterator in value || Symbol.asyncIterator in value)),
);

/** An `AbortSignal`, of whatever realm. */
export const abortSignal = that(
	"an AbortSignal",
	(value) => isRecord(value) && typeof value.aborted === "boolean",
);

/** What a number may be. */
export interface Bounds {
	/** What it is: `a number` or `a whole number` by default. */
	readonly kind?: string;
	readonly from?: number;
	readonly above?: number;
	readonly to?: number;
	readonly below?: number;
	/** Whether it may be `Infinity`. */
	readonly infinite?: boolean;
}

function boundsText({ from, above, to, below }: Bounds): string {
	if (from !== undefined && to !== undefined) return ` from ${from} to ${to}`;
	const ends = [
		["of at least", from],
		["above", above],
		["at most", to],
		["below", below],
	].flatMap(([words, end]) => (end === undefined ? [] : [`${words} ${end}`]));
	return ends.length === 0 ? "" : ` ${ends.join(" and ")}`;
}

function numeric(
	kind: string,
	isOfKind: (value: number) => boolean,
	bounds: Bounds,
): Check {
	const { from = -Infinity, above = -Infinity } = bounds;
	const { to = Infinity, below = Infinity, infinite = false } = bounds;
	const expected = `${bounds.kind ?? kind}${boundsText(bounds)}`;
	const isRight = (value: number): boolean =>
		value >= from &&
		value <= to &&
		(value > above || above === -Infinity) &&
		(value < below || below === Infinity) &&
		(isOfKind(value) || (infinite && value === Infinity));
	return {
		expected,
		problems(value, name, words = expected) {
			const isKind = typeof value === "number";
			return isKind && isRight(value)
				? []
				: unexpected(value, name, { expected: words, isKind });
		},
	};
}

/** A finite number. */
export const number = (bounds: Bounds = {}): Check =>
	numeric("a number", Number.isFinite, bounds);

/** A whole number, as far as those are exact. */
export const whole = (bounds: Bounds = {}): Check =>
	numeric("a whole number", Number.isSafeInteger, bounds);

/** One of some names or numbers; of names, the nearest is proposed. */
export function oneOf(allowed: readonly (string | number)[]): Check {
	const expected = `one of ${allowed.join(", ")}`;
	return {
		expected,
		problems(value, name, words = expected) {
			if ((allowed as readonly unknown[]).includes(value)) return [];
			const isKind = allowed.some((one) => typeof one === typeof value);
			const hint = didYouMean(value, allowed);
			return unexpected(value, name, { expected: words, isKind, hint });
		},
	};
}

/** The value that a check is for, or null. */
export function orNull(check: Rule): Check {
	const expected = `${check.expected}, or null`;
	return {
		expected,
		problems: (value, name, words = expected) =>
			value === null ? [] : check.problems(value, name, words),
	};
}

/** A value that is right for one of two checks: told by whether it is text. */
export function textOr(ofText: Rule, check: Rule): Check {
	const expected = `${ofText.expected}, or ${check.expected}`;
	return {
		expected,
		problems: (value, name, words = expected) =>
			(typeof value === "string" ? ofText : check).problems(value, name, words),
	};
}

/** A function, or a value that is right for a check. */
export function functionOr(check: Rule): Check {
	const expected = `${callable.expected}, or ${check.expected}`;
	return {
		expected,
		problems: (value, name, words = expected) =>
			typeof value === "function" ? [] : check.problems(value, name, words),
	};
}

/** A list; the first element that is wrong is told. */
export function list(
	element: Rule,
	{ least = 0, length }: { least?: number; length?: number } = {},
): Check {
	const size = length ?? (least > 0 ? `at least ${least}` : "");
	const expected = `a list${size === "" ? "" : ` of ${size}`}, each of them ${element.expected}`;
	return {
		expected,
		problems(value, name, words = expected) {
			const isKind = Array.isArray(value);
			if (
				!isKind ||
				value.length < least ||
				value.length !== (length ?? value.length)
			)
				return unexpected(value, name, { expected: words, isKind });
			for (let i = 0; i < value.length; i++) {
				const problems = element.problems(value[i], `${name}[${i}]`);
				if (problems.length > 0) return problems;
			}
			return [];
		},
	};
}

/** An object with some keys and no others. */
export const keyed = (checks: KeyChecks): Check => ({
	expected: keysExpected(checks),
	problems: (value, name, expected) =>
		keyProblems(value, name, { checks, prefix: `${name}.`, expected }),
});

/** For each kind of a union, told apart by one key, the checks of its other keys. */
export type Kinds<Union, Key extends keyof Union> = {
	readonly [Kind in Union[Key] & string]: Checks<
		Omit<Extract<Union, Readonly<Record<Key, Kind>>>, Key>
	>;
};

/** An object that says by one of its keys of which kind it is. */
export function oneOfKinds<Union, Key extends keyof Union & string>(
	key: Key,
	kinds: Kinds<Union, Key>,
): Check {
	const names = required(oneOf(Object.keys(kinds)));
	const expected = `an object whose ${key} is ${names.expected}`;
	return {
		expected,
		problems(value, name, words = expected) {
			if (!isRecord(value)) return unexpected(value, name, { expected: words });
			const kind = value[key];
			const checks = Object.hasOwn(kinds, String(kind))
				? kinds[kind as keyof typeof kinds]
				: undefined;
			if (checks)
				return keyed({ [key]: names, ...checks }).problems(value, name);
			return keyProblems({ [key]: kind }, name, {
				checks: { [key]: names },
				prefix: `${name}.`,
			});
		},
	};
}

/** The same checks of an object whose keys may all be left out. */
export const partial = <Options>(
	checks: Checks<Options>,
): Checks<Partial<Options>> =>
	Object.fromEntries(
		Object.entries<Rule>(checks).map(([key, check]) => [
			key,
			{ ...check, isRequired: false },
		]),
	) as Checks<Partial<Options>>;
