/** UPerNet on ResNet-50 at 512x512: this engine and PyTorch, each in a process of its own. */
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
const rounds = 2;
const threads = availableParallelism();
const script = new URL("segmentation.js", import.meta.url);
const pythonScript = fileURLToPath(
	new URL("../../../test/bench/segmentation.py", import.meta.url),
);
const python = pythonWith("torch");

const ours = (work: string) =>
	runJson<Measured>(process.execPath, [script, threads, work, seconds]);
const pytorch = (work: string) =>
	python && runJson<Measured>(python, [pythonScript, threads, work, seconds]);

/** Both in turn, more than once, so that a slow minute of the machine meets each of them. */
function measure(work: string): [Measured?, Measured?] {
	const made = Array.from({ length: rounds }, () => [
		ours(work),
		pytorch(work),
	]);
	const joined = [0, 1].map((side) => {
		const runs = made.flatMap((pair) => pair[side] || []);
		const [first] = runs;
		return (
			first && {
				...first,
				times: runs.flatMap(({ times }) => times),
				peakBytes: Math.max(...runs.map(({ peakBytes }) => peakBytes)),
			}
		);
	});
	return joined as [Measured?, Measured?];
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
	],
];
let torchVersion = "absent";
for (const [work, title] of [
	["forward", "forward, 1 image"],
	["train", "training step, 2 images"],
] as const) {
	const [here, there] = measure(work);
	if (!here) throw new Error(`${work} failed`);
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
