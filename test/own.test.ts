import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical } from "../src/canonical.js";
import { findCode, isOwn, ownForm, withOwnForms } from "../src/own.js";

const lion = (rate: number) => ({
	name: "lion",
	options: { betas: [0.9, 0.99], rate },
	make: ({ rate }: { rate: number }) => rate,
});

test("what is written down tells names, options and texts apart, and is plain JSON", () => {
	const text = { ...lion(1), make: ({ rate }: { rate: number }) => 2 * rate };
	const forms = [lion(1), lion(2), { ...lion(1), name: "tiger" }, text].map(
		(own) => JSON.stringify(ownForm(own as never)),
	);
	assert.equal(new Set(forms).size, 4);
	assert.equal(JSON.stringify(ownForm(lion(1) as never)), forms[0]);
	const recipe = { optimizer: lion(1), rest: [lion(2), null, 3] };
	const written = withOwnForms(recipe);
	assert.deepEqual(JSON.parse(JSON.stringify(written)), written);
	assert.ok(isOwn(recipe.optimizer) && !isOwn({ name: "sgd" }) && !isOwn(null));
});

test("what is no plain content stays as it is, so that ids refuse it", () => {
	const options = [new Date(0), new Float32Array(2), new Map()];
	const written = withOwnForms({ options }) as { options: unknown[] };
	written.options.forEach((value, i) => {
		assert.equal(value, options[i]);
	});
	assert.throws(() => canonical(written), /options\.0 is a Date/);
});

test("code of this package is called by name and options alone", () => {
	const module = new URL("../src/random.js", import.meta.url).href;
	const own = { ...lion(1), source: { module, name: "Random" } };
	assert.deepEqual(ownForm(own as never), {
		name: "lion",
		options: { betas: [0.9, 0.99], rate: 1 },
	});
});

test("a function without a text is refused, and code is found by module and name", async () => {
	const bound = { name: "bound", make: lion.bind(null) };
	assert.throws(() => ownForm(bound as never), /make of bound is a bound/);
	const module = new URL("./lcg.js", import.meta.url).href;
	await assert.rejects(
		findCode({ module, name: "lion" }),
		/exports no function "lion"/,
	);
});
