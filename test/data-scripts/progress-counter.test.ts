import assert from "node:assert/strict";
import { test } from "node:test";
import { progressCounter } from "../../data-scripts/progress-counter.js";

function recorded(isTTY: boolean): [NodeJS.WriteStream, string[]] {
	const written: string[] = [];
	const stream = { isTTY, write: (text: string) => written.push(text) };
	return [stream as unknown as NodeJS.WriteStream, written];
}

test("on a terminal one line fills up", () => {
	const [stream, written] = recorded(true);
	const report = progressCounter("copies", stream);
	for (const done of [0, 15, 30]) report(done, 30);
	assert.equal(written.length, 3);
	assert.match(written[1]!, /^\r\[#{15}\.{15}\] 15\/30 copies, 50 %/);
	assert.match(written[2]!, /^\r\[#{30}\].*\n$/);
});

test("elsewhere there is a line for each tenth", () => {
	const [stream, written] = recorded(false);
	const report = progressCounter("copies", stream);
	for (let done = 0; done <= 1000; done++) report(done, 1000);
	assert.equal(written.length, 11);
	assert.match(written[3]!, /^300\/1000 copies, 30 %, .*left\n$/);
});

test("nothing to do is all done", () => {
	const [stream, written] = recorded(false);
	progressCounter("copies", stream)(0, 0);
	assert.match(written[0]!, /^0\/0 copies, 100 %/);
});
