import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bundle, bundleOf } from "../../../kernel/display/bundle.js";

const html = (value: unknown) =>
	(bundleOf(value) as Bundle).data["text/html"] as string | undefined;

const run = {
	name: "<run>",
	settings: {
		optimizer: { name: "sgd", momentum: 0.9 },
		layers: [[1, 2], [3]],
	},
	scores: new Map([["clean", { top1: 93.25, top5: 99 }]]),
	note: "x".repeat(80),
};

test("nested objects unfold, each part with what is in it, and what is text is escaped", () => {
	const tree = html(run)!;
	assert.match(tree, /<details open.*<summary>/s);
	assert.match(tree, /optimizer:<\/span> .*momentum:<\/span> 0\.9/s);
	assert.match(tree, /&#39;&lt;run&gt;&#39;/);
	assert.match(tree, /top5:<\/span> 99/);
	assert.equal(tree.split("<details").length, tree.split("</details>").length);
});

test("small values stay text, and getters are not called", () => {
	assert.equal(html({ a: 1 }), undefined);
	assert.equal(html([1, 2, 3]), undefined);
	assert.equal(html(new Error("a")), undefined);
	let calls = 0;
	const trap = {
		...run,
		get secret() {
			return calls++;
		},
	};
	assert.equal(html({ ...run, inner: trap })?.includes("(getter)"), true);
	assert.equal(calls, 0);
});

test("whatever the value, its tree is bounded", () => {
	const loop: Record<string, unknown> = { ...run };
	loop.self = loop;
	assert.match(html(loop)!, /self:<\/span> Object \(circular\)/);
	const wide = Object.fromEntries(
		Array.from({ length: 1e5 }, (_, i) => [`k${i}`, run]),
	);
	const tree = html(wide)!;
	assert.ok(tree.length < 300_000, String(tree.length));
	assert.match(tree, /99\d+ more/);
	assert.ok(
		html(Array.from({ length: 1e6 }, () => ({ a: { b: [1, 2] } })))!.length <
			300_000,
	);
});
