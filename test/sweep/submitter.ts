/**
 * Submits a sweep in a process of its own: `node submitter.js <folder> <ledger> [die]`.
 *
 * Its executor sends a job by a line in the ledger, which all submitters see. With `die` the process ends between sending
 * and writing down what was sent.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { attach } from "../../src/sweep/attach.js";
import type { Executor, Job } from "../../src/sweep/executor.js";

/** An executor whose jobs wait for ever, in a file. */
export const ledgerExecutor = (
	ledger: string,
	{ dies = false } = {},
): Executor => ({
	name: "ledger",
	async submit({ submission, jobs }) {
		for (let index = 0; index < jobs; index++)
			appendFileSync(ledger, `${submission} ${index}\n`);
		await delay(200);
		if (dies) process.kill(process.pid, "SIGKILL");
		return Array.from({ length: jobs }, (_, index) => `${submission}_${index}`);
	},
	async jobs() {
		if (!existsSync(ledger)) return [];
		const lines = readFileSync(ledger, "utf8").trim().split("\n");
		return lines.map((line): Job => {
			const [submission, index] = line.split(" ").map(Number) as [
				number,
				number,
			];
			return {
				id: `${submission}_${index}`,
				...{ submission, index },
				state: "pending",
			};
		});
	},
	async cancel() {},
});

const [folder, ledger, how] = process.argv.slice(2);
if (process.argv[1]?.endsWith("submitter.js") && folder && ledger) {
	const sweep = await attach(folder);
	const dies = how === "die";
	const { cells } = await sweep.submit(ledgerExecutor(ledger, { dies }));
	process.stdout.write(`${cells.length}`);
}
