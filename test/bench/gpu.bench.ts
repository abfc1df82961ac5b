/**
 * A graphics card: which one it is, whether compiled functions compute on it what they should, how fast, and what is
 * copied to it and back at each step.
 *
 * Where ONNX Runtime finds none, that is all it says. `WORK="ResNet-50, forward" npm run bench gpu` measures that row,
 * and `WORK=none` only runs the tests.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { engine, useEngine } from "../../src/index.js";
import type { Copies } from "./gpu-copies.js";
import {
	heading,
	median,
	print,
	pythonWith,
	runJson,
	table,
} from "./report.js";

interface Measured {
	/** Milliseconds of the first run, which traces and builds. */
	readonly first: number;
	readonly times: readonly number[];
	readonly version?: string;
	readonly copies?: Copies;
	readonly device?: string;
}

const seconds = 20;
const providers = ["webgpu", "cuda"];
const works = [
	["ResNet-50, forward, 4 images of 224x224", "resnet50", "forward", 4],
	["ResNet-50, training step, 4 images of 224x224", "resnet50", "train", 4],
	["UPerNet, forward, 1 image of 512x512", "segmentation", "forward", 1],
	["UPerNet, training step, 2 images of 512x512", "segmentation", "train", 2],
] as const;
const wanted = process.env.WORK ?? "";
const here = (name: string): string =>
	fileURLToPath(new URL(name, import.meta.url));

/** What the driver calls the card; the first of these programs that is installed says it. */
function adapter(): string {
	const programs = [
		[
			"nvidia-smi",
			["--query-gpu=name,driver_version", "--format=csv,noheader"],
			/(.+)/,
		],
		["vulkaninfo", ["--summary"], /deviceName\s*=\s*(.+)/],
	] as const;
	for (const [program, args, pattern] of programs) {
		const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
		const found = status === 0 && pattern.exec(stdout)?.[1];
		if (found) return found.trim();
	}
	return "a card without a name, since neither nvidia-smi nor vulkaninfo is there";
}

/** Why a provider computes nothing here; undefined where it does. */
function reasonAgainst(provider: string): string | undefined {
	const { status, signal, stdout } = spawnSync(
		process.execPath,
		[here("gpu-probe.js"), provider],
		{ encoding: "utf8" },
	);
	const last = stdout.trim().split("\n").at(-1) ?? "";
	if (status !== 0) return `its process ended by ${signal ?? `code ${status}`}`;
	return (JSON.parse(last) as { reason: string | null }).reason ?? undefined;
}

/** The tests of kernels against those in JavaScript, which run on every provider that works. */
function testKernels(): string {
	const { stdout } = spawnSync(
		process.execPath,
		[here("../run.js"), "engine/kernels"],
		{ encoding: "utf8", maxBuffer: 2 ** 28 },
	);
	const failed = [...stdout.matchAll(/^✖ (.+?) \(/gm)].map(([, name]) => name);
	const summary = stdout.trim().split("\n").at(-1) ?? "";
	const names = [...new Set(failed)].slice(0, 20).join("; ");
	return `${summary}${names && ` (${names})`}`;
}

type Work = (typeof works)[number];

function ours(provider: string, [, script, work]: Work): Measured | undefined {
	process.env.BENCH_PROVIDERS = `${provider},cpu`;
	const program = here(`${script}.js`);
	const own =
		script === "resnet50"
			? ["onnxruntime", "compiled", 1, work, seconds]
			: [1, work, seconds];
	return runJson<Measured>(process.execPath, [program, ...own]);
}

function pytorch(
	python: string | undefined,
	[, script, work]: Work,
): Measured | undefined {
	if (!python) return undefined;
	process.env.BENCH_DEVICE = "cuda-if-there";
	const file = here(`../../../test/bench/${script}.py`);
	return runJson<Measured>(python, [file, 1, work, seconds]);
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

function row(
	provider: string,
	work: Work,
	python: string | undefined,
): (string | number)[] {
	const [title, , , images] = work;
	const made = ours(provider, work);
	const other = pytorch(python, work);
	const perSecond = ({ times }: Measured): number =>
		(1000 * images) / median(times);
	const runs = (made?.times.length ?? 0) + 1;
	return [
		title,
		provider,
		made ? perSecond(made).toFixed(1) : "failed",
		other ? `${perSecond(other).toFixed(1)} (${other.device})` : "",
		made && other ? (perSecond(made) / perSecond(other)).toFixed(2) : "",
		made ? (made.first / 1000).toFixed(1) : "",
		made?.copies ? megabytes(made.copies.to / runs) : "",
		made?.copies ? megabytes(made.copies.from / runs) : "",
	];
}

const reasons = providers.map((provider) => reasonAgainst(provider));
const working = providers.filter((_, i) => reasons[i] === undefined);
if (working.length === 0) {
	const said = providers.map((name, i) => `${name}: ${reasons[i]}`);
	print(
		`Nothing was measured: ONNX Runtime finds no graphics card here (${said.join("; ")}).`,
	);
	process.exit();
}
await useEngine("onnxruntime");
const python = pythonWith("torch", "torchvision");
const rows = working.flatMap((provider) =>
	works
		.filter(([title]) => title.includes(wanted))
		.map((work) => row(provider, work, python)),
);
print(
	heading("A graphics card", {
		"ONNX Runtime": engine().version,
		"execution providers": working.join(", "),
	}),
);
print(`On ${adapter()}.\n`);
print(
	`Kernels and their gradients against those in JavaScript, \`node dist/test/run.js engine/kernels\`: ${testKernels()}.\n`,
);
print(
	table([
		[
			"",
			"provider",
			"images a second",
			"PyTorch",
			"ratio",
			"first run, s",
			"MB to the card a step",
			"MB back a step",
		],
		...rows,
	]),
);
process.exit();
