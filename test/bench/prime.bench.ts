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
process.exit();
