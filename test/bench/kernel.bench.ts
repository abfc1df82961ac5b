/** Our kernel beside tslab's own: start-up, a trivial cell, completion, printing, memory. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { KernelClient } from "../../kernel/client.js";
import { kernelCommand } from "../../kernel/kernelspec.js";
import { heading } from "./report.js";

interface Subject {
	readonly name: string;
	readonly command: (connectionFile: string) => string[];
}

const root = fileURLToPath(new URL("../../..", import.meta.url));
const tslab = createRequire(import.meta.url).resolve("tslab/package.json");
const { version } = JSON.parse(readFileSync(tslab, "utf8")) as {
	version: string;
};
const tslabCommand = (connectionFile: string) => [
	process.execPath,
	join(dirname(tslab), "bin", "tslab"),
	...["kernel", "--config-path", connectionFile],
];
const subjects: readonly Subject[] = [
	{ name: "this kernel", command: kernelCommand },
	{ name: `tslab ${version}`, command: tslabCommand },
];

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
	const started = performance.now();
	await work();
	return performance.now() - started;
}

async function start(subject: Subject): Promise<KernelClient> {
	const { command } = subject;
	return KernelClient.start({ folder: root, command, stderr: "ignore" });
}

async function repeated(
	count: number,
	work: (i: number) => Promise<unknown>,
): Promise<number> {
	const times: number[] = [];
	for (let i = 0; i < count; i++) times.push(await timed(() => work(i)));
	return median(times);
}

const withTimeout = <T>(work: Promise<T>, milliseconds: number) =>
	Promise.race([
		work,
		new Promise<undefined>((resolve) => {
			setTimeout(() => resolve(undefined), milliseconds).unref();
		}),
	]);

/** How many of 20 000 printed lines arrive, and in how many milliseconds. */
async function print(client: KernelClient) {
	const lines = 20_000;
	let arrived = 0;
	const started = performance.now();
	let last = started;
	const cell = client.execute(
		`for (let i = 0; i < ${lines}; i++) console.log(i)`,
		{
			onPublish: ({ header, content }) => {
				if (header.msg_type !== "stream") return;
				arrived += String(content.text).split("\n").length - 1;
				last = performance.now();
			},
		},
	);
	await withTimeout(
		cell.catch(() => undefined),
		10_000,
	);
	return { arrived, milliseconds: last - started };
}

async function memoryOf(client: KernelClient): Promise<number> {
	const status = readFileSync(`/proc/${client.process.pid}/status`, "utf8");
	return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function measure(subject: Subject): Promise<Record<string, number>> {
	const starts: number[] = [];
	const firsts: number[] = [];
	for (let i = 0; i < 3; i++) {
		let client: KernelClient | undefined;
		const begun = performance.now();
		client = await start(subject);
		starts.push(performance.now() - begun);
		await client.execute("1");
		firsts.push(performance.now() - begun);
		client.kill();
	}
	const client = await start(subject);
	await client.execute("const tree = { leaf: 1 }");
	const cell = await repeated(40, (i) =>
		client.execute(`const x${i % 4} = ${i}`),
	);
	const complete = await repeated(40, () =>
		client.request("complete_request", { code: "tree.le", cursor_pos: 7 }),
	);
	const memory = process.platform === "linux" ? await memoryOf(client) : NaN;
	const printed = await print(client);
	client.kill();
	return {
		"start-up, until it answers (ms)": median(starts),
		"start-up, until the first cell is done (ms)": median(firsts),
		"a trivial cell (ms)": cell,
		"a completion (ms)": complete,
		"memory after 40 cells (MB)": memory,
		"lines of 20 000 that arrive": printed.arrived,
		"... in (ms)": printed.milliseconds,
	};
}

const [ours, theirs] = [
	await measure(subjects[0]!),
	await measure(subjects[1]!),
];
const row = (...cells: string[]) => `| ${cells.join(" | ")} |\n`;
process.stdout.write(
	`${heading("Kernel", { tslab: version })}\nMedians.\n\n${row("", ...subjects.map(({ name }) => name), "ratio")}${row("---", "---:", "---:", "---:")}`,
);
for (const [name, value] of Object.entries(ours)) {
	const other = theirs[name] ?? Number.NaN;
	process.stdout.write(
		row(
			name,
			value.toFixed(value < 100 ? 1 : 0),
			other.toFixed(other < 100 ? 1 : 0),
			(value / other).toFixed(2),
		),
	);
}
process.exit(0);
