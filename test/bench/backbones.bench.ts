/**
 * The forward pass of compiled backbones with frozen weights, beside PyTorch's on the same processor.
 *
 * Passes of both alternate, so that whatever else the machine does slows both down.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type * as tf from "@tensorflow/tfjs";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { Random, useEngine } from "../../src/index.js";
import { compile, drawNormal } from "../../src/parts.js";

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

function findPython(): string | undefined {
	return ["python3", "/usr/bin/python3"].find(
		(python) =>
			spawnSync(python, ["-c", "import torch, torchvision"]).status === 0,
	);
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

const median = (times: readonly number[]): number =>
	[...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;

async function alternate(timed: readonly Timed[]): Promise<number[]> {
	const times = timed.map((): number[] => []);
	for (let i = 0; i < passes; i++) {
		for (const [j, one] of timed.entries()) times[j]?.push(await one.pass());
	}
	for (const one of timed) one.end();
	return times.map(median);
}

const python = findPython();
const rows: string[] = [];
const versions = new Set<string>();
for (const { title, name, torchvision } of models) {
	for (const threads of [availableParallelism(), 1]) {
		const timed = [await ours(name, threads)];
		if (python) timed.push(await pytorch(python, torchvision, threads));
		const [here = Number.NaN, there] = await alternate(timed);
		for (const { version } of timed) versions.add(version);
		const beside = there
			? `${there.toFixed(0)} | ${(here / there).toFixed(2)}`
			: "- | -";
		rows.push(`| ${title} | ${threads} | ${here.toFixed(0)} | ${beside} |`);
	}
}

process.stdout.write(
	`# Backbones: forward pass, batch ${batch}, ${size} x ${size}

${new Date().toISOString()}, ${cpus()[0]?.model}, Node ${process.version}, ${[...versions].join(", ")}
${python ? "" : "\nPyTorch and torchvision were not found and are left out.\n"}
| backbone | threads | here, ms | PyTorch, ms | ratio |
|---|---|---|---|---|
${rows.join("\n")}
`,
);
process.exit();
