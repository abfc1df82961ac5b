/**
 * The forward pass of compiled backbones with frozen weights, and a step of training all of them, beside PyTorch's on
 * the same processor.
 *
 * Passes of both alternate, so that whatever else the machine does slows both down. `MODEL=swin-t` measures that one,
 * `WORK=train` that work.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import {
	type Backbone,
	untrainedBackbone,
} from "../../src/backbones/backbone.js";
import { engine, Random, useEngine } from "../../src/index.js";
import { compile, drawNormal } from "../../src/parts.js";
import { heading, median, print, pythonWith, table } from "./report.js";
import { trainingStep } from "./training-step.js";

const { MODEL, WORK } = process.env;
const large = { batch: 4, size: 224, classes: 1000 } as const;
const small = { batch: 64, size: 64, classes: 10 } as const;
const models = [
	{ title: "ResNet-50", name: "resnet50", torchvision: "resnet50", ...large },
	{ title: "Swin-T", name: "swin-t", torchvision: "swin_t", ...large },
	{
		title: "ResNet-mini, the miniature's",
		...{ name: "resnet-mini", torchvision: "resnet_mini" },
		...small,
	},
].filter(({ name }) => (MODEL ?? name) === name);
const works = [
	{ work: "forward", title: "forward pass", passes: 15 },
	{ work: "train", title: "training step", passes: 7 },
].filter(({ work }) => (WORK ?? work) === work);

/** Milliseconds by the clock, and of the processor. */
type Times = readonly [clock: number, processor: number];

/** A pass on request. */
interface Timed {
	pass(): Promise<Times>;
	end(): void;
}

/** What is measured: a model, forward or in training, by some threads. */
interface Asked {
	readonly name: string;
	readonly torchvision: string;
	readonly batch: number;
	readonly size: number;
	readonly classes: number;
	readonly work: string;
	readonly threads: number;
}

let torchVersion = "absent";

async function pytorch(
	python: string,
	{ torchvision, work, threads, batch, size }: Asked,
): Promise<Timed> {
	const script = fileURLToPath(
		new URL("../../../test/bench/backbones.py", import.meta.url),
	);
	const given = [script, torchvision, work, threads, batch, size].map(String);
	const child: ChildProcess = spawn(python, given, {
		stdio: ["pipe", "pipe", "inherit"],
	});
	const input = child.stdout as NodeJS.ReadableStream;
	const lines = createInterface({ input })[Symbol.asyncIterator]();
	const line = async (): Promise<string> => (await lines.next()).value ?? "";
	torchVersion = await line();
	return {
		pass: async () => {
			child.stdin?.write("\n");
			const [clock = Number.NaN, processor = Number.NaN] = (await line())
				.split(" ")
				.map(Number);
			return [clock, processor];
		},
		end: () => child.stdin?.end(),
	};
}

/** The work of one pass, compiled. */
function passOf(
	net: Backbone,
	{ work, batch, classes }: Asked,
): (x: tf.Tensor4D) => tf.Tensor {
	const frozen = Object.values(net.params);
	if (work === "forward")
		return compile((x: tf.Tensor4D) => net.logits(x), { frozen });
	const step = compile(trainingStep(net));
	const indices = Int32Array.from({ length: batch }, (_, i) => i % 10);
	const labels = tf.oneHot(tf.tensor1d(indices, "int32"), classes);
	const rate = tf.scalar(0.01);
	return (x) => step(x, labels as tf.Tensor2D, rate);
}

async function ours(asked: Asked): Promise<Timed> {
	const { name, threads, batch, size } = asked;
	await useEngine("onnxruntime", { threads });
	const net = untrainedBackbone(name as "resnet50");
	const run = passOf(net, asked);
	const shape = [batch, size, size, 3];
	const images = drawNormal(shape, new Random("bench")) as tf.Tensor4D;
	const pass = async (): Promise<Times> => {
		const [start, before] = [performance.now(), process.cpuUsage()];
		const y = run(images);
		y.dataSync();
		const time = performance.now() - start;
		const { user, system } = process.cpuUsage(before);
		y.dispose();
		return [time, (user + system) / 1000];
	};
	for (let i = 0; i < 2; i++) await pass();
	const end = (): void => {
		net.dispose();
		images.dispose();
	};
	return { pass, end };
}

async function alternate(
	timed: readonly Timed[],
	passes: number,
): Promise<Times[]> {
	const times = timed.map((): Times[] => []);
	for (let i = 0; i < passes; i++) {
		for (const [j, one] of timed.entries()) times[j]?.push(await one.pass());
	}
	for (const one of timed) one.end();
	return times.map((own) => [
		median(own.map(([clock]) => clock)),
		median(own.map(([, processor]) => processor)),
	]);
}

const python = pythonWith("torch", "torchvision");
for (const { work, title, passes } of works) {
	const rows: (string | number)[][] = [];
	for (const model of models) {
		for (const threads of new Set([availableParallelism(), 1])) {
			const asked = { ...model, work, threads };
			const timed = [await ours(asked)];
			if (python) timed.push(await pytorch(python, asked));
			const [here, there] = await alternate(timed, passes);
			const cells = (here as Times).flatMap((time, i) => {
				const other = there?.[i];
				return [
					time.toFixed(0),
					...(other ? [other.toFixed(0), (time / other).toFixed(2)] : []),
				];
			});
			const images = `${model.batch} of ${model.size} x ${model.size}`;
			rows.push([model.title, images, threads, ...cells]);
		}
	}
	const columns = ["here, ms", "processor here, ms"].flatMap((column) => [
		column,
		...(python ? ["PyTorch", "ratio"] : []),
	]);
	const versions = {
		onnxruntime: engine().version,
		PyTorch: torchVersion,
	};
	print(heading(`Backbones: ${title}`, versions));
	print(`${table([["backbone", "images", "threads", ...columns], ...rows])}\n`);
}
process.exit();
