import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Check,
	type Checks,
	checkOptions,
	type Rule,
} from "../../src/check/check-options.js";
import {
	abortSignal,
	callable,
	flag,
	iterable,
	keyed,
	list,
	number,
	oneOf,
	oneOfKinds,
	orNull,
	partial,
	required,
	text,
	textOr,
	that,
	whole,
} from "../../src/check/checks.js";

interface Options {
	readonly size: number;
	readonly color?: "red" | "green";
	readonly places?: readonly number[];
}

const checks: Checks<Options> = {
	size: required(whole({ from: 1 })),
	color: oneOf(["red", "green"]),
	places: list(number({ from: 0, to: 1 })),
};

const paint = (options?: unknown) =>
	checkOptions("paint", options as Options, checks);

test("what options can be passes, and what is undefined is left out", () => {
	paint({ size: 1 });
	paint({ size: 2, color: "red", places: [0, 0.5, 1] });
	paint({ size: 2, color: undefined, places: undefined, colour: undefined });
	paint(Object.assign(Object.create(null), { size: 1 }));
});

test("one sentence says what was given and what would be right", () => {
	const refused: [unknown, string, string][] = [
		[
			{ size: 1, colour: "red" },
			"TypeError",
			'paint has no option "colour", only size, color, places; did you mean "color"?',
		],
		[
			{ color: "red" },
			"TypeError",
			"paint: size is missing: it must be a whole number of at least 1",
		],
		[
			undefined,
			"TypeError",
			"paint: size is missing: it must be a whole number of at least 1",
		],
		[
			{ size: "1" },
			"TypeError",
			'paint: size must be a whole number of at least 1, not "1"',
		],
		[
			{ size: 0 },
			"RangeError",
			"paint: size must be a whole number of at least 1, not 0",
		],
		[
			{ size: Number.NaN },
			"RangeError",
			"paint: size must be a whole number of at least 1, not NaN",
		],
		[
			{ size: 1, color: "gren" },
			"RangeError",
			'paint: color must be one of red, green, not "gren"; did you mean "green"?',
		],
		[
			{ size: 1, color: 3 },
			"TypeError",
			"paint: color must be one of red, green, not 3",
		],
		[
			{ size: 1, color: null },
			"TypeError",
			"paint: color must be one of red, green, not null",
		],
		[
			{ size: 1, places: 1 },
			"TypeError",
			"paint: places must be a list, each of them a number from 0 to 1, not 1",
		],
		[
			{ size: 1, places: [0, 2] },
			"RangeError",
			"paint: places[1] must be a number from 0 to 1, not 2",
		],
		[
			null,
			"TypeError",
			"paint: its options must be an object { size }, with or without color, places, not null",
		],
		[
			"red",
			"TypeError",
			'paint: its options must be an object { size }, with or without color, places, not "red"',
		],
		[
			[1],
			"TypeError",
			"paint: its options must be an object { size }, with or without color, places, not [1]",
		],
	];
	for (const [options, name, message] of refused)
		assert.throws(() => paint(options), { name, message });
});

test("a key without its check, or with another kind of check, does not compile", () => {
	// @ts-expect-error: the check of `places` is missing.
	const forgotten: Checks<Options> = { size: checks.size, color: checks.color };
	// @ts-expect-error: there is no option of this name.
	const unknown: Checks<Options> = { ...checks, colour: text };
	// @ts-expect-error: `size` cannot be left out.
	const optional: Checks<Options> = { ...checks, size: number() };
	// @ts-expect-error: `color` can be left out.
	const compulsory: Checks<Options> = { ...checks, color: required(text) };
	assert.ok(forgotten && unknown && optional && compulsory);
});

const problem = (check: Rule, value: unknown) =>
	check.problems(value, "it")[0]?.message;

function holds(
	check: Check,
	right: readonly unknown[],
	wrong: readonly unknown[],
) {
	for (const value of right) assert.equal(problem(check, value), undefined);
	for (const value of wrong)
		assert.match(
			String(problem(check, value)),
			/^it(\[\d\]|\.\w+)? (must be|has no|is missing)/,
		);
}

test("each kind of check tells right from wrong", () => {
	holds(number(), [0, -1.5, 1e300], [Infinity, NaN, "1", null, 1n]);
	holds(number({ above: 0, below: 1 }), [0.5], [0, 1]);
	holds(
		number({ from: 0, infinite: true }),
		[0, Infinity],
		[-1, -Infinity, NaN],
	);
	holds(whole({ from: -1, to: 3 }), [-1, 0, 3], [-2, 4, 0.5, "0"]);
	holds(text, ["", "a"], [1, null, ["a"]]);
	holds(flag, [true, false], [0, "true", null]);
	holds(callable, [() => 1, class {}], [{}, "f"]);
	holds(
		iterable,
		[[], new Set(), "abc", (async function* () {})()],
		[1, {}, null],
	);
	holds(
		abortSignal,
		[new AbortController().signal],
		[new AbortController(), {}, null],
	);
	holds(orNull(number()), [null, 1], ["1", NaN]);
	holds(textOr(oneOf(["all"]), whole()), ["all", 3], ["any", 1.5, null]);
	holds(list(number(), { length: 2 }), [[1, 2]], [[1], [1, 2, 3], [1, "2"], 1]);
	holds(list(text, { least: 1 }), [["a"]], [[], "a", [1], [undefined]]);
	holds(
		that("even", (value) => Number(value) % 2 === 0),
		[2],
		[1],
	);
	holds(
		keyed({ a: required(number()), b: text }),
		[{ a: 1 }],
		[{}, { a: 1, c: 2 }, { a: "1" }, 1, null],
	);
	holds(
		keyed(partial<{ a: number }>({ a: required(number()) })),
		[{}],
		[{ a: "1" }],
	);
});

test("an object that says its kind is checked by what that has", () => {
	type Shape =
		| { readonly kind: "circle"; readonly radius: number }
		| {
				readonly kind: "square";
				readonly side: number;
				readonly tilt?: number;
		  };
	const shape = oneOfKinds<Shape, "kind">("kind", {
		circle: { radius: required(number({ above: 0 })) },
		square: { side: required(number({ above: 0 })), tilt: number() },
	});
	holds(
		shape,
		[
			{ kind: "circle", radius: 1 },
			{ kind: "square", side: 1, tilt: 0 },
		],
		[],
	);
	const messages: [unknown, string][] = [
		[
			"circle",
			'it must be an object whose kind is one of circle, square, not "circle"',
		],
		[{ radius: 1 }, "it.kind is missing: it must be one of circle, square"],
		[
			{ kind: "cirle", radius: 1 },
			'it.kind must be one of circle, square, not "cirle"; did you mean "circle"?',
		],
		[
			{ kind: "toString" },
			'it.kind must be one of circle, square, not "toString"',
		],
		[
			{ kind: "circle", side: 1, radius: 1 },
			'it has no option "side", only kind, radius',
		],
		[{ kind: "square" }, "it.side is missing: it must be a number above 0"],
	];
	for (const [value, message] of messages)
		assert.equal(problem(shape, value), message);
});

test("values of any kind are shown in few words", () => {
	const circular: unknown[] = [];
	circular.push(circular);
	const shown: [unknown, string][] = [
		["a\nb", '"a\\nb"'],
		[12n, "12n"],
		[Symbol("s"), "Symbol(s)"],
		[{ a: 1 }, '{"a":1}'],
		[[1, 2], "[1,2]"],
		[new Float32Array(2), "a Float32Array"],
		[new Int32Array(2), "an Int32Array"],
		[function mine() {}, "the function mine"],
		[() => {}, "a function"],
		[circular, "a list"],
		["x".repeat(99), `"${"x".repeat(59)}...`],
	];
	for (const [value, text] of shown)
		assert.equal(
			problem(
				that("else", () => false),
				value,
			),
			`it must be else, not ${text}`,
		);
});
