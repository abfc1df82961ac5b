import assert from "node:assert/strict";
import { test } from "node:test";
import { terminalReporter } from "../../data-scripts/terminal-reporter.js";
import {
	clock,
	type Progress,
	progressText,
} from "../../src/train/reporter.js";

const training: Progress = {
	doing: "training",
	what: "a-run",
	done: 0,
	total: 20,
	loss: 1.23456,
	learningRate: 0.010000000000000002,
	imagesPerSecond: 98.7,
	secondsLeft: 64.2,
};

function recorder(isTTY: boolean) {
	const written: string[] = [];
	const output = {
		isTTY,
		columns: 40,
		write: (text: string) => written.push(text),
	};
	return { written, report: terminalReporter(output) };
}

test("progress is one line", () => {
	assert.equal(
		progressText({ ...training, done: 3 }),
		"a-run  step 3 of 20  loss 1.2346  learning rate 0.01  99 images/s  1:05 left",
	);
	const evaluating: Progress = {
		doing: "evaluating",
		what: "fog 3",
		done: 64,
		total: 640,
		imagesPerSecond: 7.25,
		secondsLeft: 4000,
	};
	assert.equal(
		progressText(evaluating),
		"fog 3  image 64 of 640  7.3 images/s  1:06:40 left",
	);
	assert.equal(clock(3599.5), "1:00:00");
});

test("on a terminal it is drawn again in its line, and the last state stays", (context) => {
	context.mock.method(performance, "now", () => 0);
	const { written, report } = recorder(true);
	report({ ...training, done: 1 });
	report({ ...training, done: 2 });
	report({ ...training, done: 20 });
	assert.equal(written.length, 3, "no more than ten times a second");
	assert.ok(written[1]?.startsWith("\r\x1b[Ka-run  step 20 of 20"));
	assert.equal(written[1]?.length, 40 + "\r\x1b[K".length);
	assert.equal(written[2], "\n");
});

test("a run that does not reach its end leaves its line to itself", () => {
	const { written, report } = recorder(true);
	report({ ...training, done: 1 });
	report({ ...training, what: "another", done: 1 });
	assert.deepEqual(
		written.map((text) => text.slice(0, 8)),
		["\r\x1b[Ka-ru", "\n", "\r\x1b[Kanot"],
	);
});

test("elsewhere it is a line for each tenth", () => {
	const { written, report } = recorder(false);
	for (let done = 1; done <= 20; done++) report({ ...training, done });
	assert.equal(written.length, 11);
	assert.ok(written.every((line) => line.endsWith("left\n")));
});
