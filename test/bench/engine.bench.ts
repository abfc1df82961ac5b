/**
 * ResNet-50 at 224x224, batch 4: this engine, WebAssembly and PyTorch, each in a process of its own; and where the time
 * of a compiled training step goes.
 *
 * `ONLY=compiled,PyTorch` measures those, `WORK=train` that.
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
	/** Milliseconds of a run by kind of operator. */
	readonly kinds?: Readonly<Record<string, number>>;
}

const { ONLY, WORK } = process.env;
const isWanted = (name: string): boolean =>
	ONLY === undefined || ONLY.split(",").includes(name);
const works = ["forward", "train"].filter((work) => (WORK ?? work) === work);

const seconds = 8;
const rounds = 2;
const batch = 4;
const script = new URL("resnet50.js", import.meta.url);
const pythonScript = fileURLToPath(
	new URL("../../../test/bench/resnet50.py", import.meta.url),
);
const python = pythonWith("torch", "torchvision");

const ours =
	(name: string, mode: string, time = seconds) =>
	(threads: number, work: string, ...more: string[]) =>
		runJson<Measured>(process.execPath, [
			script,
			name,
			mode,
			threads,
			work,
			time,
			...more,
		]);

const runners: Record<
	string,
	(threads: number, work: string) => Measured | undefined
> = {
	compiled: ours("onnxruntime", "compiled"),
	eager: ours("onnxruntime", "eager"),
	...(python && {
		PyTorch: (threads, work) =>
			runJson<Measured>(python, [pythonScript, threads, work, seconds]),
	}),
};

/** All runners in turn, more than once, so that a slow minute of the machine meets each of them. */
function measure(threads: number, work: string): Map<string, Measured> {
	const all = new Map<string, Measured>();
	for (let round = 0; round < rounds; round++) {
		for (const [name, run] of Object.entries(runners)) {
			if (!isWanted(name)) continue;
			const made = run(threads, work);
			if (!made) continue;
			const before = all.get(name);
			all.set(name, {
				...made,
				times: [...(before?.times ?? []), ...made.times],
				peakBytes: Math.max(before?.peakBytes ?? 0, made.peakBytes),
			});
		}
	}
	const wasm =
		isWanted("WebAssembly") && ours("wasm", "eager", 0)(threads, work);
	if (wasm) all.set("WebAssembly", wasm);
	return all;
}

const rows: (string | number)[][] = [
	[
		"",
		"threads",
		"ms per image",
		"x compiled",
		"x PyTorch",
		"first run, s",
		"peak MB",
		"peak x PyTorch",
	],
];
let torchVersion = "absent";
for (const work of works) {
	for (const threads of new Set([availableParallelism(), 1])) {
		const all = measure(threads, work);
		const torch = all.get("PyTorch");
		torchVersion = torch?.version ?? torchVersion;
		const compiled = median(all.get("compiled")?.times ?? []);
		for (const [name, { times, first, peakBytes }] of all) {
			const time = median(times);
			const atLeast = name === "WebAssembly" && work === "train" ? ">= " : "";
			rows.push([
				`${work}, ${name}`,
				threads,
				`${atLeast}${(time / batch).toFixed(1)}`,
				`${atLeast}${(time / compiled).toFixed(2)}`,
				torch ? (time / median(torch.times)).toFixed(2) : "",
				(first / 1000).toFixed(1),
				Math.round(peakBytes / 1e6),
				torch ? (peakBytes / torch.peakBytes).toFixed(2) : "",
			]);
		}
	}
}

/** The shares of kinds of operators in a training step. */
function profile(): (string | number)[][] {
	const columns = [availableParallelism(), 1].map((threads) => {
		const run = ours("onnxruntime", "compiled");
		return { threads, kinds: run(threads, "train", "profile")?.kinds ?? {} };
	});
	const names = [
		...new Set(columns.flatMap(({ kinds }) => Object.keys(kinds))),
	];
	const total = (kinds: Readonly<Record<string, number>>): number =>
		Object.values(kinds).reduce((sum, time) => sum + time, 0);
	return [
		["", ...columns.flatMap(({ threads }) => [`ms, ${threads} threads`, "%"])],
		...names.map((name) => [
			name,
			...columns.flatMap(({ kinds }) => {
				const time = kinds[name] ?? 0;
				return [time.toFixed(1), ((100 * time) / total(kinds)).toFixed(1)];
			}),
		]),
	];
}

await useEngine("onnxruntime");
print(
	heading(`ResNet-50, ${batch} images of 224x224`, {
		"ONNX Runtime": engine().version,
		PyTorch: torchVersion,
	}),
);
print(table(rows));
if (isWanted("WebAssembly"))
	print(
		"\nA training step of WebAssembly leaves out the filter gradients, for which that backend has no kernel.",
	);
if (works.includes("train") && isWanted("compiled")) {
	print(
		"\nA compiled training step by kinds of operators, each at the time that a quarter of its runs stays below. Batch norm is the sums, and whatever has a number for each channel; its one product of two whole tensors is among those element by element.\n",
	);
	print(table(profile()));
}
process.exit();
