import assert from "node:assert/strict";
import { test } from "node:test";
import { type GlobalHost, installGlobals } from "../../kernel/globals.js";
import { progressOver } from "../../kernel/progress.js";

test("the options of display and progress are checked", () => {
	const published: unknown[] = [];
	installGlobals({
		publish: (type: string) => published.push(type),
		execution: () => ({}),
	} as unknown as GlobalHost);
	const show = (options: unknown) => () => display("text", options as never);
	show({ id: "a", update: true })();
	assert.deepEqual(published, ["update_display_data"]);
	const refused: [unknown, string][] = [
		[
			{ updat: true },
			'display has no option "updat", only id, update, raw; did you mean "update"?',
		],
		[{ id: 5 }, "display: id must be text, not 5"],
		[
			"a",
			'display: its options must be an object with some of id, update, raw, not "a"',
		],
		[
			null,
			"display: its options must be an object with some of id, update, raw, not null",
		],
	];
	for (const [options, message] of refused)
		assert.throws(show(options), { name: "TypeError", message });
	assert.equal(published.length, 1);

	const go = (items: unknown, options: unknown) => () =>
		progressOver(items as number[], () => {}, options as never);
	assert.throws(go([1], { totl: 5 }), {
		message:
			'progress has no option "totl", only label, total; did you mean "total"?',
	});
	assert.throws(go([1], { total: "5" }), {
		message: 'progress: total must be a number of at least 0, not "5"',
	});
	assert.throws(go(5, {}), {
		message:
			"progress: items must be a list, or something else to go through one by one, not 5",
	});
});
