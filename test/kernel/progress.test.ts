import assert from "node:assert/strict";
import { test } from "node:test";
import { progressLine } from "../../kernel/progress.js";

test("a bar with a long label and large numbers fits a line of 100 characters", () => {
	const label = "fine-tuning resnet50/prime on ADE20K at 0.01";
	const line = progressLine(123_456, 3600, { label, total: 9_999_999 });
	assert.ok(line.length <= 100, line);
	assert.match(line, /^fine-tuning resnet50\/pr… {3}1% /);
	assert.match(
		progressLine(1, 1, { label: "epoch 1", total: 2 }),
		/^epoch 1 {2}50%/,
	);
});
