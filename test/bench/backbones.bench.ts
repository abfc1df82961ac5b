/**
 * The forward pass of compiled backbones with frozen weights, beside PyTorch's on the same processor.
 *
 * Passes of both alternate, so that whatever else the machine does slows both down.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type * as tf from "@tensorflow/tfjs";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { Random, useEngine } from "../../src/index.js";
import { compile, drawNormal } from "../../src/parts.js";
import { heading, median, print, pythonWith, table } from "./report.js";

const batch = 4;
const size = 224;
const passes = 15;
const models = [
	{ title: "ResNet-50", name: "resnet50", torchvision: "resnet50" },
	{ title: "Swin-T", name: "swin-t", torchvision: "swin_t" },
] as const;

/** A forward pass on request, in milliseconds. */
interface Timed {
	readonly version: string;
	pass(): Promise<number>;
	end(): void;
}

async function pytorch(
	python: string,
	model: string,
	threads: number,
): Promise<Timed> {
	const script = fileURLToPath(
		new URL("../../../test/bench/backbones.py", import.meta.url),
	);
	const given = [script, model, threads, batch, size].map(String);
	const child: ChildProcess = spawn(python, given, {
		stdio: ["pipe", "pipe", "inherit"],
	});
	const input = child.stdout as NodeJS.ReadableStream;
	const lines = createInterface({ input })[Symbol.asyncIterator]();
	const line = async (): Promise<string> => (await lines.next()).value ?? "";
	const version = `PyTorch ${await line()}`;
	return {
		version,
		pass: async () => {
			child.stdin?.write("\n");
			return Number(await line());
		},
		end: () => child.stdin?.end(),
	};
}

async function ours(
	model: (typeof models)[number]["name"],
	threads: number,
): Promise<Timed> {
	const { name, version } = await useEngine("onnxruntime", { threads });
	const net = untrainedBackbone(model);
	const frozen = Object.values(net.params);
	const logits = compile((x: tf.Tensor4D) => net.logits(x), { frozen });
	const shape = [batch, size, size, 3];
	const images = drawNormal(shape, new Random("bench")) as tf.Tensor4D;
	const pass = async (): Promise<number> => {
		const start = performance.now();
		const y = logits(images);
		y.dataSync();
		const time = performance.now() - start;
		y.dispose();
		return time;
	};
	for (let i = 0; i < 2; i++) await pass();
	const end = (): void => {
		net.dispose();
		images.dispose();
	};
	return { version: `${name} ${version}`, pass, end };
}

async function alternate(timed: readonly Timed[]): Promise<number[]> {
	const times = timed.map((): number[] => []);
	for (let i = 0; i < passes; i++) {
		for (const [j, one] of timed.entries()) times[j]?.push(await one.pass());
	}
	for (const one of timed) one.end();
	return times.map(median);
}

const python = pythonWith("torch", "torchvision");
const rows: (string | number)[][] = [
	["backbone", "threads", "here, ms", "PyTorch, ms", "ratio"],
];
const versions = new Set<string>();
for (const { title, name, torchvision } of models) {
	for (const threads of [availableParallelism(), 1]) {
		const timed = [await ours(name, threads)];
		if (python) timed.push(await pytorch(python, torchvision, threads));
		const [here = Number.NaN, there] = await alternate(timed);
		for (const { version } of timed) versions.add(version);
		rows.push([
			title,
			threads,
			here.toFixed(0),
			there?.toFixed(0) ?? "-",
			there ? (here / there).toFixed(2) : "-",
		]);
	}
}

print(
	heading(
		`Backbones: forward pass, batch ${batch}, ${size} x ${size}`,
		Object.fromEntries(
			[...versions].map((version) => version.split(" ") as [string, string]),
		),
	),
);
if (!python)
	print("PyTorch and torchvision were not found and are left out.\n");
print(table(rows));
process.exit();
