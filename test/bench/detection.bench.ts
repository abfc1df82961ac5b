/**
 * Mask R-CNN with a ResNet-50 on one image of 800 x 1216: a forward pass and a training step, beside those of
 * torchvision, and what is plain JavaScript in them.
 *
 * Runs of both alternate, so that whatever else the machine does slows both down.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { useEngine } from "../../src/index.js";
import { detectionParts } from "./detection-parts.js";
import { heading, median, print, pythonWith, table } from "./report.js";

const threads = 2;
const runs = { forward: 5, train: 3 } as const;
type Work = keyof typeof runs;

interface Run {
	readonly milliseconds: number;
	readonly processor: number;
}

/** A program that runs once for each line it reads. */
interface Timed {
	readonly version: string;
	run(): Promise<Run>;
	end(): Promise<{ readonly peak: number }>;
}

async function start(program: string, args: readonly string[]): Promise<Timed> {
	const child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"] });
	const lines = createInterface({ input: child.stdout })[
		Symbol.asyncIterator
	]();
	const next = async () => {
		for (;;) {
			const { value, done } = await lines.next();
			if (done) throw new Error(`${program} ${args.join(" ")} ended early`);
			// Other libraries print too.
			if (value.startsWith("{")) return JSON.parse(value);
		}
	};
	const { version } = await next();
	return {
		version,
		run: () => {
			child.stdin.write("\n");
			return next();
		},
		end: () => {
			child.stdin.end();
			return next();
		},
	};
}

const pathOf = (name: string): string =>
	fileURLToPath(new URL(name, import.meta.url));

/** The median of each, without the first run, and the peak of memory. */
async function compared(work: Work, programs: readonly Timed[]) {
	const all: Run[][] = programs.map(() => []);
	for (let i = 0; i <= runs[work]; i++) {
		for (const [at, program] of programs.entries())
			all[at].push(await program.run());
	}
	return Promise.all(
		programs.map(async (program, i) => {
			const { peak } = await program.end();
			const later = all[i].slice(1);
			return {
				peak,
				milliseconds: median(later.map(({ milliseconds }) => milliseconds)),
				processor: median(later.map(({ processor }) => processor)),
			};
		}),
	);
}

const python = pythonWith("torch", "torchvision");
const versions = new Set<string>();
const rows: (string | number)[][] = [];
for (const work of ["forward", "train"] as const) {
	const args = [work, String(threads)];
	const programs = [
		await start(process.execPath, [pathOf("detection.js"), ...args]),
	];
	if (python) {
		const script = pathOf("../../../test/bench/detection.py");
		programs.push(await start(python, [script, ...args]));
	}
	for (const { version } of programs) versions.add(version);
	const [ours, theirs] = await compared(work, programs);
	const ratio = (key: keyof typeof ours): string =>
		theirs ? (ours[key] / theirs[key]).toFixed(2) : "";
	rows.push([
		work === "train" ? "training step" : "forward pass",
		Math.round(ours.milliseconds),
		theirs ? Math.round(theirs.milliseconds) : "",
		ratio("milliseconds"),
		ours.processor.toFixed(1),
		theirs ? theirs.processor.toFixed(1) : "",
		ratio("processor"),
		Math.round(ours.peak),
		ratio("peak"),
	]);
}
const title = `Mask R-CNN, ResNet-50, one image of 800 x 1216, ${threads} threads`;
print(heading(title, { with: [...versions].join(", ") }));
print(
	table([
		[
			"",
			"here, ms",
			"torchvision, ms",
			"ratio",
			"processor here, s",
			"torchvision, s",
			"ratio",
			"peak here, MB",
			"ratio",
		],
		...rows,
	]),
);
if (!python) print("\ntorchvision is left out: no Python here has it.");
await useEngine("onnxruntime", { threads });
print("\nIn plain JavaScript, each by itself, in one thread:\n");
print(
	table([
		["", "ms"],
		...detectionParts().map(([name, time]) => [name, time.toFixed(1)]),
	]),
);
