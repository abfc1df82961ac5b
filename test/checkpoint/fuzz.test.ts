import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { scratch } from "./fixtures.js";
import type { FuzzReport, FuzzTask } from "./fuzz-worker.js";

const cases = 30_000;
/** How often the workers' progress is looked at, and after how many looks without any a case hangs. */
const lookSeconds = 10;
const mostLooks = 60;

function runWorker(task: FuzzTask): Promise<FuzzReport> {
	const worker = new Worker(new URL("fuzz-worker.js", import.meta.url), {
		workerData: task,
		resourceLimits: { maxOldGenerationSizeMb: 512 },
	});
	return new Promise((resolve, reject) => {
		let last = -1;
		let looks = 0;
		const timer = setInterval(() => {
			const at = Atomics.load(task.at, 0);
			looks = at === last ? looks + 1 : 0;
			last = at;
			if (looks < mostLooks) return;
			void worker.terminate();
			reject(new Error(`case ${at} does not end`));
		}, 1000 * lookSeconds);
		worker.once("message", resolve);
		worker.once("error", (error) =>
			reject(new Error(`case ${task.at[0]}: ${error.message}`)),
		);
		worker.once("exit", () => clearInterval(timer));
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
