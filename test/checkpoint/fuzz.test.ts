import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { scratch } from "./fixtures.js";
import type { FuzzReport, FuzzTask } from "./fuzz-worker.js";

const cases = 30_000;
const patience = 600_000;

function runWorker(task: FuzzTask): Promise<FuzzReport> {
	const worker = new Worker(new URL("fuzz-worker.js", import.meta.url), {
		workerData: task,
		resourceLimits: { maxOldGenerationSizeMb: 512 },
	});
	return new Promise((resolve, reject) => {
		// However slow the machine: only a case that goes on for minutes hangs.
		let last = -1;
		const timer = setInterval(() => {
			const [current = 0] = task.at;
			if (current === last) {
				void worker.terminate();
				reject(new Error(`case ${current} does not end`));
			}
			last = current;
		}, patience);
		worker.once("message", (report: FuzzReport) => {
			clearInterval(timer);
			resolve(report);
		});
		worker.once("error", (error) => {
			clearInterval(timer);
			reject(new Error(`case ${task.at[0]}: ${error.message}`));
		});
	});
}

test(`${cases} mutated checkpoints each end in a value or a CheckpointError, within bounds`, async (context) => {
	const at = new Int32Array(new SharedArrayBuffer(4));
	const report = await runWorker({ cases, folder: scratch(context), at });
	context.diagnostic(
		`${report.read} read, ${report.refused} refused, slowest ${report.slowestMs.toFixed(0)} ms`,
	);
	assert.deepEqual(report.wrong.slice(0, 5), []);
	assert.equal(report.read + report.refused, cases);
	assert.ok(report.read > cases / 20, "some mutations should be harmless");
	assert.ok(report.refused > cases / 4, "many mutations should be noticed");
	const peakMiB = process.resourceUsage().maxRSS / 1024;
	assert.ok(peakMiB < 1024, `took ${peakMiB} MiB at its peak`);
});
