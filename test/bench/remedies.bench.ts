/**
 * A training step with each remedy beside one of plain fine-tuning, or a batch of evaluation beside a plain one, in turn,
 * each in a process of its own.
 *
 * `REMEDY=SPD,FTP` measures those rows, `NETWORK=resnet20` on that network.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { besideOf, type RemedyRow, remedyRows } from "./remedy-rows.js";
import { heading, median, print, table } from "./report.js";

interface Case {
	readonly architecture: string;
	/** Of the images. */
	readonly side: number;
	readonly batchSize: number;
	readonly rounds: number;
}

const cases: readonly Case[] = [
	{ architecture: "resnet20", side: 32, batchSize: 64, rounds: 12 },
	{ architecture: "resnet50", side: 224, batchSize: 16, rounds: 6 },
];

const threads = availableParallelism();
const script = fileURLToPath(new URL("remedy-step.js", import.meta.url));

interface Step {
	readonly milliseconds: number;
	/** Milliseconds of all threads of the process, which a busy machine disturbs less. */
	readonly processor: number;
}

interface Stepping {
	readonly version: string;
	step(): Promise<Step>;
	/** Megabytes. */
	peak(): Promise<number>;
}

async function stepping(
	name: string,
	{ architecture, side, batchSize }: Case,
): Promise<Stepping> {
	const words = [script, name, architecture, side, batchSize, threads];
	const child = spawn(process.execPath, words.map(String), {
		stdio: ["pipe", "pipe", "inherit"],
	});
	const lines = createInterface({ input: child.stdout })[
		Symbol.asyncIterator
	]();
	const next = async <Line>(): Promise<Line> => {
		const { value, done } = await lines.next();
		if (done) throw new Error(`${name} of ${architecture} ended early`);
		return JSON.parse(value) as Line;
	};
	const { version } = await next<{ version: string }>();
	return {
		version,
		step() {
			child.stdin.write("\n");
			return next<Step>();
		},
		async peak() {
			child.stdin.end();
			const { peak } = await next<{ peak: number }>();
			if (child.exitCode === null) await once(child, "exit");
			return peak;
		},
	};
}

let version = "";

async function measured(
	name: string,
	row: RemedyRow,
	given: Case,
): Promise<(string | number)[]> {
	const sides = [
		await stepping(besideOf(row), given),
		await stepping(name, given),
	];
	const times: [Step, Step][] = [];
	for (let round = 0; round < given.rounds; round++) {
		// Whoever comes first now comes second then.
		const order = round % 2 === 0 ? [0, 1] : [1, 0];
		const pair: Step[] = [];
		for (const i of order) pair[i] = await (sides[i] as Stepping).step();
		times.push(pair as [Step, Step]);
	}
	const [plain, own] = [0, 1].map((i) =>
		median(times.map((pair) => pair[i as 0 | 1].milliseconds)),
	) as [number, number];
	const ratio = (of: keyof Step): string =>
		median(times.map(([before, after]) => after[of] / before[of])).toFixed(3);
	const peaks = await Promise.all(sides.map((side) => side.peak()));
	version = (sides[0] as Stepping).version;
	return [
		name,
		own.toFixed(1),
		plain.toFixed(1),
		ratio("milliseconds"),
		ratio("processor"),
		row.target ?? "",
		Math.round(peaks[1] as number),
		((peaks[1] as number) / (peaks[0] as number)).toFixed(2),
	];
}

const head = [
	...["", "ms", "plain, ms", "x plain", "x plain, processor", "target"],
	...["peak MB", "x plain, peak"],
];
/** Whether a name is among those of a list, or there is none. */
const isWanted = (list: string | undefined, name: string): boolean =>
	list === undefined || list.split(",").includes(name);

const { REMEDY, NETWORK } = process.env;
for (const given of cases) {
	if (!isWanted(NETWORK, given.architecture)) continue;
	const rows: (string | number)[][] = [head];
	for (const [name, row] of Object.entries(remedyRows))
		if (isWanted(REMEDY, name)) rows.push(await measured(name, row, given));
	const { architecture, side, batchSize } = given;
	const title = `Remedies: a training step, or a batch of evaluation, of ${architecture}, ${batchSize} images of ${side}x${side}`;
	const [software = "", number = ""] = version.split(" ");
	print(`\n${heading(title, { [software]: number })}\n${table(rows)}`);
}
