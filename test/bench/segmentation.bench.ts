/**
 * UPerNet on ResNet-50 at 512x512: this engine and PyTorch, each in a process of its own.
 *
 * `WORK=train` measures that work alone, `ROUNDS=1` each side once.
 */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { engine, useEngine } from "../../src/index.js";
import {
	heading,
	median,
	print,
	pythonWith,
	runJson,
	table,
} from "./report.js";

interface Measured {
	/** Milliseconds of the first run, which traces and builds where the engine compiles. */
	readonly first: number;
	readonly times: readonly number[];
	readonly peakBytes: number;
	readonly version?: string;
}

const seconds = 20;
const { WORK, ROUNDS = 2 } = process.env;
const rounds = Number(ROUNDS);
const threads = availableParallelism();
const script = fileURLToPath(new URL("segmentation.js", import.meta.url));
const pythonScript = fileURLToPath(
	new URL("../../../test/bench/segmentation.py", import.meta.url),
);
const python = pythonWith("torch");

function run(program: string, file: string, work: string): Measured {
	const made = runJson<Measured>(program, [file, threads, work, seconds]);
	if (!made) throw new Error(`${file} ${work} failed`);
	return made;
}

const ours = (work: string) => run(process.execPath, script, work);
const pytorch = (program: string) => (work: string) =>
	run(program, pythonScript, work);

type Side = typeof ours;

/** Both in turn, more than once, so that a slow minute of the machine meets each of them. */
function measure(work: string): (Measured | undefined)[] {
	const sides: Side[] = python ? [ours, pytorch(python)] : [ours];
	const runs = sides.map((): Measured[] => []);
	for (let round = 0; round < rounds; round++)
		for (const [i, side] of sides.entries()) runs[i]?.push(side(work));
	return runs.map((made) => ({
		...(made[0] as Measured),
		times: made.flatMap(({ times }) => times),
		peakBytes: Math.max(...made.map(({ peakBytes }) => peakBytes)),
	}));
}

const rows: (string | number)[][] = [
	[
		"",
		"threads",
		"ms",
		"PyTorch, ms",
		"ratio",
		"first run, s",
		"peak MB",
		"PyTorch, peak MB",
		"ratio",
	],
];
let torchVersion = "absent";
for (const [work, title] of [
	["forward", "forward, 1 image"],
	["train", "training step, 2 images"],
] as const) {
	if ((WORK ?? work) !== work) continue;
	const [here, there] = measure(work) as [Measured, Measured?];
	torchVersion = there?.version ?? torchVersion;
	const time = median(here.times);
	const other = there && median(there.times);
	rows.push([
		title,
		threads,
		time.toFixed(0),
		other?.toFixed(0) ?? "",
		other ? (time / other).toFixed(2) : "",
		(here.first / 1000).toFixed(1),
		Math.round(here.peakBytes / 1e6),
		there ? Math.round(there.peakBytes / 1e6) : "",
		there ? (here.peakBytes / there.peakBytes).toFixed(2) : "",
	]);
}

await useEngine("onnxruntime");
print(
	heading("UPerNet on ResNet-50, 150 classes, 512x512", {
		"ONNX Runtime": engine().version,
		PyTorch: torchVersion,
	}),
);
print(table(rows));
process.exit();
