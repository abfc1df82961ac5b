/** The body of a worker of the pool: answers each message of the main thread with what the job makes of it. */
import { parentPort, workerData } from "node:worker_threads";
import type { Answer, JobModule } from "./pool.js";

const port = parentPort;
if (!port) throw new Error("pool-worker.js runs in a worker thread only");

const { module, data } = workerData as { module: string; data: unknown };
const { startJob } = (await import(module)) as JobModule<
	unknown,
	unknown,
	unknown
>;
const job = await startJob(data);

port.on("message", async (message: { ticket: number; input: unknown }) => {
	const { ticket, input } = message;
	try {
		const output = await job.run(input);
		const answer: Answer<unknown> = { ticket, output };
		port.postMessage(answer, job.transfer?.(output) ?? []);
	} catch (error) {
		const failure = error instanceof Error ? error : new Error(String(error));
		const answer: Answer<unknown> = { ticket, error: failure };
		port.postMessage(answer);
	}
});
