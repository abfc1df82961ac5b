import assert from "node:assert/strict";
import { test } from "node:test";
import * as library from "./library.js";
import { withoutOptions, wrongNames } from "./public-names.js";
import { withOptions } from "./public-options.js";

/** What JavaScript says itself where a value is not what the code takes it for. */
const raw =
	/Cannot (read|destructure|convert|use)|is not (iterable|a function|defined|a constructor)|undefined \(/;

async function errorOf(call: () => unknown): Promise<Error> {
	try {
		await call();
	} catch (error) {
		assert.ok(error instanceof Error);
		assert.doesNotMatch(error.message, raw);
		assert.doesNotMatch(error.message, /\n/, "one sentence");
		return error;
	}
	return assert.fail("nothing was thrown");
}

for (const [name, { call, needed, ...mistakes }] of Object.entries(
	withOptions,
)) {
	const messageOf = async (options: unknown) =>
		(await errorOf(() => call(options as never))).message;

	test(`${name} says which option is mistyped, of another type or not there`, async () => {
		if (mistakes.typo) {
			const [key, meant] = mistakes.typo;
			const message = await messageOf({ ...needed, [key]: 1 });
			assert.ok(message.startsWith(`${name} has no option "${key}", only `));
			assert.ok(message.endsWith(`; did you mean "${meant}"?`), message);
		}
		const [key, value] = mistakes.wrong;
		const wrong = await messageOf({ ...needed, [key]: value });
		assert.ok(wrong.startsWith(`${name}: ${key}`), wrong);
		assert.match(wrong, /must be .*, not |has no option/);
		for (const options of [null, 5, "options", [1]]) {
			const message = await messageOf(options);
			assert.match(message, /must be an object.*, not |is missing/);
		}
	});

	if (!mistakes.name) continue;
	const [key, given, meant] = mistakes.name;
	test(`${name} proposes the nearest name for ${key}`, async () => {
		const message = await messageOf({ ...needed, [key]: given });
		assert.ok(message.includes(`did you mean "${meant}"?`), message);
	});
}

for (const [name, call, says] of wrongNames)
	test(`${name} says what it takes: ${says}`, async () => {
		assert.match((await errorOf(call)).message, says);
	});

test("every public function is among those with options, with names, or without", () => {
	const functions = Object.entries(library)
		.filter(([, value]) => typeof value === "function")
		.map(([name]) => name);
	const checked = new Set([
		...Object.keys(withOptions),
		...wrongNames.map(([name]) => name),
	]);
	const both = withoutOptions.filter((name) => checked.has(name));
	assert.deepEqual(both, [], "are in both lists");
	const known = new Set([...checked, ...withoutOptions]);
	assert.deepEqual(
		functions.filter((name) => !known.has(name)),
		[],
		"take options or names that no test mistypes, or belong among those without",
	);
	const exported = new Set(functions);
	assert.deepEqual(
		[...known].filter((name) => !exported.has(name)),
		[],
		"are not exported",
	);
});

test("the options of a forward pass are checked", () => {
	const backbone = library.untrainedBackbone("resnet-mini");
	const pass = (options: unknown) => () =>
		backbone.features(undefined as never, options as never);
	assert.throws(
		pass({ batchNom: "eval" }),
		/^TypeError: a backbone has no option "batchNom", only .*; did you mean "batchNorm"\?$/,
	);
	assert.throws(
		pass({ batchNorm: "evl" }),
		/^RangeError: a backbone: batchNorm must be one of train, eval, or a function, or an object \{ prior \}, with or without statistics, variance, not "evl"; did you mean "eval"\?$/,
	);
	backbone.dispose();
});
