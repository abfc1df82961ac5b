/**
 * PRIME on 64 images of 224x224, beside a training step of ResNet-50 and beside its reference.
 *
 * The reference runs where `PRIME_AUGMENTATIONS` names a copy of github.com/amodas/PRIME-augmentations and a
 * Python with torch, einops and opt_einsum is found.
 */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type * as tf from "@tensorflow/tfjs";
import {
	type Augmentation,
	augmix,
	drawUniform,
	engine,
	prime,
	primePresets,
	primeReadings,
	Random,
	useEngine,
} from "../../src/index.js";
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
const calls = 7;
const stepBatch = 4;
const stepSeconds = 12;
// In one step the reference holds some hundred megabytes per image.
const referenceBatch = 16;
const referenceCalls = 3;

const reference = process.env.PRIME_AUGMENTATIONS;
const python = reference
	? pythonWith("torch", "einops", "opt_einsum")
	: undefined;

const augmentations = (): Record<string, Augmentation> => ({
	"PRIME, imagenet": prime(primePresets.imagenet),
	"PRIME, dense as described": prime(primePresets.dense),
	"PRIME, dense as released": prime({
		...primePresets.dense,
		...primeReadings["as-released"],
	}),
	AugMix: augmix(),
});

/** Milliseconds per image of each augmentation in turn, so that a slow minute meets all of them. */
function measure(images: tf.Tensor4D): Map<string, number> {
	const times = new Map<string, number[]>();
	const all = Object.entries(augmentations());
	for (let call = -1; call < calls; call++) {
		for (const [name, augment] of all) {
			const start = performance.now();
			augment(images, new Random("bench", call)).dispose();
			const time = (performance.now() - start) / batch;
			// The first call compiles.
			if (call >= 0) times.set(name, [...(times.get(name) ?? []), time]);
		}
	}
	return new Map(
		[...times].map(([name, measured]) => [name, median(measured)]),
	);
}

function trainingStep(threads: number): number | undefined {
	const script = new URL("resnet50.js", import.meta.url);
	const given = ["onnxruntime", "compiled", threads, "train", stepSeconds];
	const timed = runJson<Timed>(process.execPath, [script, ...given]);
	return timed && median(timed.times) / stepBatch;
}

function referenceCall(threads: number): Timed | undefined {
	if (!python || !reference) return undefined;
	const script = fileURLToPath(
		new URL("../../../test/bench/prime.py", import.meta.url),
	);
	const given = [reference, threads, referenceBatch, size, referenceCalls];
	return runJson<Timed>(python, [script, ...given]);
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
let steps = true;
for (const threads of new Set([availableParallelism(), 1])) {
	await useEngine("onnxruntime", { threads });
	const images = drawUniform([batch, size, size, 3], new Random("bench"));
	const step = trainingStep(threads);
	const timed = referenceCall(threads);
	torchVersion = timed?.version ?? torchVersion;
	steps &&= step !== undefined;
	for (const [name, time] of measure(images as tf.Tensor4D)) {
		const there = timed && name === "PRIME, imagenet" && median(timed.times);
		rows.push([
			name,
			threads,
			time.toFixed(1),
			(1000 / time).toFixed(0),
			step ? ((100 * time) / step).toFixed(1) : "",
			there ? there.toFixed(0) : "",
			there ? (time / there).toFixed(3) : "",
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
if (!steps)
	print("\nThe training step of ResNet-50 could not be timed and is left out.");
if (!python)
	print(
		"\nThe reference was not found (PRIME_AUGMENTATIONS, torch, einops, opt_einsum) and is left out.",
	);
process.exit();
