import assert from "node:assert/strict";
import { test } from "node:test";
import {
	progressBar,
	progressLine,
	Rate,
} from "../../data-scripts/progress.js";

test("a progress line has share, bar, bytes, rate and time left", () => {
	const state = { total: 100e6, rate: 5e6 };
	assert.equal(
		progressLine("resnet50/ant", 25e6, state),
		"resnet50/ant  25 % ██████░░░░░░░░░░░░░░░░░░ 25.0 MB of 100.0 MB  5.0 MB/s  0:15 left",
	);
	assert.match(
		progressLine("x", 0, { total: 4e9, rate: 1e5 }),
		/11:06:40 left/,
	);
	const unknown = { total: undefined, rate: 2e6 };
	assert.equal(progressLine("x", 3e6, unknown), "x  3.0 MB  2.0 MB/s");
	assert.match(
		progressLine("x", 0, { total: 10, rate: 0 }),
		/10\.0 MB|0\.0 MB$/,
	);
});

test("the rate is that of the last seconds, and begins anew with the download", () => {
	const rate = new Rate();
	assert.equal(rate.update(1000, 0), 0);
	assert.equal(rate.update(3000, 1000), 2000);
	for (let second = 2; second <= 20; second++)
		rate.update(3000 + 500 * second, 1000 * second);
	assert.equal(rate.update(3000 + 500 * 21, 21_000), 500);
	assert.equal(rate.update(0, 22_000), 0);
});

function record(isTTY: boolean): {
	isTTY: boolean;
	text: string;
	write(text: string): void;
} {
	return {
		isTTY,
		text: "",
		write(text) {
			this.text += text;
		},
	};
}

test("a terminal has one line drawn again, a log a line for each tenth", () => {
	const terminal = record(true);
	const log = record(false);
	for (const output of [terminal, log]) {
		const bar = progressBar("x", output);
		for (let done = 0; done <= 100; done++) bar.update(done, 100);
		bar.end();
	}
	assert.ok(terminal.text.startsWith("\r\u001b[Kx   0 % ░"));
	assert.match(terminal.text, /x 100 % █+ .*\n$/);
	assert.equal(terminal.text.split("\n").length, 2);
	assert.equal(log.text.match(/\n/g)?.length, 11);
});
