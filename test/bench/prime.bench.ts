/**
 * PRIME on 64 images of 224x224, beside a training step of ResNet-50 and beside its reference; and by its parts, also of
 * smaller images. What share it is of their training steps, the benchmark `study` says.
 *
 * The reference runs where `PRIME_AUGMENTATIONS` names a copy of github.com/amodas/PRIME-augmentations and a
 * Python with torch, einops and opt_einsum is found.
 */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type * as tf from "@tensorflow/tfjs";
import { changeImages } from "../../src/augment/pixels.js";
import { drawChains } from "../../src/augment/prime-draw.js";
import { mixPixels } from "../../src/augment/prime-pixels.js";
import { workOf } from "../../src/augment/prime-work.js";
import {
	augmix,
	engine,
	prime,
	primePresets,
	Random,
	useEngine,
} from "../../src/index.js";
import {
	type ChangeImages,
	drawUniform,
	primeReadings,
} from "../../src/parts.js";
import {
	heading,
	median,
	print,
	pythonWith,
	runJson,
	table,
} from "./report.js";

interface Timed {
	/** Milliseconds. */
	readonly times: readonly number[];
	readonly version?: string;
}

const batch = 64;
const size = 224;
const calls = 5;
const rounds = 2;
const stepBatch = 4;
const stepSeconds = 12;
// In one step the reference holds some hundred megabytes per image.
const referenceBatch = 16;
const referenceCalls = 3;

const upstream = process.env.PRIME_AUGMENTATIONS;
const python = upstream
	? pythonWith("torch", "einops", "opt_einsum")
	: undefined;

const augmentations = (): Record<string, ChangeImages> => ({
	"PRIME, imagenet": prime(primePresets.imagenet),
	"PRIME, dense as described": prime(primePresets.dense),
	"PRIME, dense as released": prime({
		...primePresets.dense,
		...primeReadings["as-released"],
	}),
	AugMix: augmix(),
});

/** Milliseconds per image of every call, the augmentations in turn. */
function time(
	images: tf.Tensor4D,
	augmentations: Record<string, ChangeImages>,
	times: Map<string, number[]>,
): void {
	for (let call = -1; call < calls; call++) {
		for (const [name, augment] of Object.entries(augmentations)) {
			const start = performance.now();
			augment(images, new Random("bench", call)).dispose();
			const each = (performance.now() - start) / batch;
			// The first call compiles.
			if (call >= 0) times.set(name, [...(times.get(name) ?? []), each]);
		}
	}
}

/** Milliseconds per image of training steps; none where the script is absent. */
function trainingSteps(threads: number): number[] {
	const script = new URL("resnet50.js", import.meta.url);
	const given = ["onnxruntime", "compiled", threads, "train", stepSeconds];
	const timed = runJson<Timed>(process.execPath, [script, ...given]);
	return (timed?.times ?? []).map((milliseconds) => milliseconds / stepBatch);
}

function referenceCall(threads: number): Timed | undefined {
	if (!python || !upstream) return undefined;
	const script = fileURLToPath(
		new URL("../../../test/bench/prime.py", import.meta.url),
	);
	const given = [upstream, threads, referenceBatch, size, referenceCalls];
	return runJson<Timed>(python, [script, ...given]);
}

const partRounds = 24;
const partCases = [
	[32, "cifar"],
	[64, "imagenet"],
	[224, "imagenet"],
	[224, "dense"],
] as const;

/** Milliseconds of this thread's processor for each of some works, in turn. */
function timeParts(works: readonly (() => void)[]): number[] {
	return works.map((work) => {
		const began = process.cpuUsage();
		work();
		const { user, system } = process.cpuUsage(began);
		return (user + system) / 1000;
	});
}

/** What a batch of 8-bit images takes, by parts of PRIME, without an engine: means, since draws differ. */
function partRow([side, preset]: (typeof partCases)[number]): string[] {
	const options = primePresets[preset];
	const shape = [batch, side, side, 3];
	const bytes = new Random("levels");
	const image = Uint8Array.from({ length: side * side * 3 }, () =>
		bytes.integer(0, 256),
	);
	const to = new Float32Array(batch * image.length);
	const sums = [0, 0, 0];
	for (let round = -4; round < partRounds; round++) {
		let draw = drawChains(shape, new Random("first"), options);
		let work = workOf(draw, side);
		const times = timeParts([
			() => {
				draw = drawChains(shape, new Random("parts", round), options);
			},
			() => {
				work = workOf(draw, side);
			},
			() => {
				const size = { height: side, width: side };
				changeImages(mixPixels(work, options, size), size, () => image, to);
			},
		]);
		// The first ones compile.
		if (round < 0) continue;
		for (const [i, time] of times.entries()) sums[i] = sums[i]! + time;
	}
	const means = sums.map((sum) => sum / partRounds);
	const all = means.reduce((a, b) => a + b);
	return [
		`${preset}, ${side} x ${side}`,
		...[...means, all].map((x) => x.toFixed(1)),
	];
}

const rows: (string | number)[][] = [
	[
		"",
		"threads",
		"ms per image",
		"images per s",
		"% of a step",
		"reference, ms",
		"x reference",
	],
];
let torchVersion = "absent";
let isStepTimed = true;
for (const threads of new Set([availableParallelism(), 1])) {
	await useEngine("onnxruntime", { threads });
	const images = drawUniform([batch, size, size, 3], new Random("bench"));
	const times = new Map<string, number[]>();
	const steps: number[] = [];
	// In turn, so that a slow minute of the machine meets both.
	for (let round = 0; round < rounds; round++) {
		steps.push(...trainingSteps(threads));
		time(images as tf.Tensor4D, augmentations(), times);
	}
	const step = steps.length > 0 ? median(steps) : undefined;
	isStepTimed &&= step !== undefined;
	const reference = referenceCall(threads);
	torchVersion = reference?.version ?? torchVersion;
	for (const [name, all] of times) {
		const each = median(all);
		const there =
			reference && name === "PRIME, imagenet" && median(reference.times);
		rows.push([
			name,
			threads,
			each.toFixed(1),
			(1000 / each).toFixed(0),
			step ? ((100 * each) / step).toFixed(1) : "",
			there ? there.toFixed(0) : "",
			there ? (each / there).toFixed(3) : "",
		]);
	}
	images.dispose();
}

print(
	heading(`PRIME, ${batch} images of ${size}x${size}`, {
		"ONNX Runtime": engine().version,
		PyTorch: torchVersion,
	}),
);
print(table(rows));
if (!isStepTimed)
	print("\nThe training step of ResNet-50 could not be timed and is left out.");
if (!python)
	print(
		"\nThe reference was not found (PRIME_AUGMENTATIONS, torch, einops, opt_einsum) and is left out.",
	);
print(`\n${heading(`PRIME by its parts, batches of ${batch}`, {})}`);
print("Milliseconds of one thread for a batch of 8-bit images.\n");
print(
	table([
		["", "draws", "displacements", "mixing", "all"],
		...partCases.map(partRow),
	]),
);
process.exit();
