/** The source domain with labels for tokens, on which the base of the Swin Transformers is trained. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { shapesWithTokens } from "../../data-scripts/token-labels.js";
import { miniArchitecture } from "../../src/backbones/mini-backbone.js";
import {
	finetune,
	readCheckpoint,
	recipes,
	untrainedBackbone,
	useEngine,
} from "../../src/index.js";
import { scratchFolder } from "../train/folders.js";

await useEngine();

test("a Swin Transformer learns it, with layers of its own for tokens", async () => {
	const task = shapesWithTokens({ trainImages: 8, testImages: 4 });
	const start = untrainedBackbone(miniArchitecture("swin-mini/regular"));
	const recipe = { ...recipes.shapes, batchSize: 2, length: { steps: 1 } };
	const folder = scratchFolder();
	const run = await finetune(start, task, recipe, { folder });
	assert.match(run.id, /with-labels-of-tokens/);
	const { tensors } = await readCheckpoint(
		join(run.folder, "weights.safetensors"),
	);
	assert.deepEqual(
		Object.keys(tensors)
			.filter((name) => name.startsWith("tokens.") && name.endsWith("weight"))
			.sort(),
		["tokens.1.weight", "tokens.2.weight", "tokens.3.weight"],
	);
});

test("each picture has the class of the plain domain, and labels of all classes and of nothing", () => {
	const { train } = shapesWithTokens({ trainImages: 30, testImages: 4 });
	const labels = new Set<number>();
	for (let i = 0; i < train.length; i++) {
		const { label, pixels } = train.sample(i).target;
		const own = new Set(pixels.data);
		assert.ok(own.has(0) && own.has(label + 1), `${i}: ${[...own]}`);
		for (const value of own) labels.add(value);
	}
	assert.ok(labels.size > 10);
});
