import assert from "node:assert/strict";
import { test } from "node:test";
import type { Content } from "../../kernel/protocol/message.js";
import { createReporter } from "../../kernel/reporter.js";
import type { Progress } from "../../src/train/reporter.js";

const training: Progress = {
	doing: "training",
	what: "<run>",
	done: 1,
	total: 4,
	loss: 0.5,
	imagesPerSecond: 120,
	secondsLeft: 3,
};

function reporter() {
	const published: { type: string; text: string; html: string; id: string }[] =
		[];
	let cell = {};
	const report = createReporter({
		publish: (type: string, content: Content) => {
			const data = content.data as Record<string, string>;
			const { display_id } = content.transient as { display_id: string };
			const text = String(data["text/plain"]);
			const html = String(data["text/html"]);
			published.push({ type, text, html, id: display_id });
		},
		execution: () => cell,
	});
	const nextCell = () => {
		cell = {};
	};
	return { report, published, nextCell };
}

test("a bar for what goes on, a sentence for what is done, one display for each cell", (context) => {
	context.mock.method(performance, "now", () => 0);
	const { report, published, nextCell } = reporter();
	report(training);
	report({ ...training, done: 4 });
	report({ ...training, what: "other", done: 4 });
	const evaluating = { ...training, doing: "evaluating", total: 2000 } as const;
	report({ ...evaluating, what: "fog 1", done: 2000 });
	assert.deepEqual(
		published.map(({ type }) => type),
		["display_data", ...Array(3).fill("update_display_data")],
	);
	assert.equal(new Set(published.map(({ id }) => id)).size, 1);
	assert.equal(
		published[0]?.text,
		" 25% █████░░░░░░░░░░░░░░░ step 1 of 4 · loss 0.500 · 120 images/s · 3 s left · <run>",
	);
	assert.match(published[0]?.html ?? "", /white-space:nowrap[^>]*ellipsis/);
	assert.match(
		published[0]?.html ?? "",
		/<progress max="4" value="1".*&lt;run/,
	);
	assert.match(
		published.at(-1)?.text ?? "",
		/^trained 2 runs in 0 s\nscored 2,000 images in 0 s$/,
	);
	nextCell();
	report(training);
	assert.equal(published.at(-1)?.type, "display_data");
	assert.notEqual(published.at(-1)?.id, published[0]?.id);
});

test("what comes quickly is not all shown, the end is", (context) => {
	let now = 0;
	context.mock.method(performance, "now", () => now);
	const { report, published } = reporter();
	for (let done = 1; done <= 4; done++) report({ ...training, done });
	assert.equal(published.length, 2);
	for (let done = 1; done <= 3; done++) {
		now += 1000;
		report({ ...training, done });
	}
	assert.equal(published.length, 5);
});
