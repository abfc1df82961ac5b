import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { toTensor } from "../../src/augment/image-tensor.js";
import {
	type Backbone,
	parameterCountOf,
} from "../../src/backbones/backbone.js";
import { loadBackbone } from "../../src/backbones/load-backbone.js";
import {
	type MiniBackboneName,
	miniArchitecture,
	miniBackbone,
	miniBackboneFile,
	miniBackboneNames,
} from "../../src/backbones/mini-backbone.js";
import { readCheckpoint } from "../../src/checkpoint/read.js";
import { corrupt } from "../../src/corruptions/corrupt.js";
import { compile } from "../../src/engine/compile.js";
import { useEngine } from "../../src/engine/engine.js";
import { attack } from "../../src/evaluate/attack.js";
import { scoreBackbone } from "../../src/evaluate/score-backbone.js";
import { normalize } from "../../src/nn/normalize.js";
import { domains } from "../../src/tasks/shapes/domain.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { scratchFolder } from "../train/folders.js";

await useEngine();

const count = 256;
const { test: pictures, normalization } = shapes({ domain: "source" });
const samples = Array.from({ length: count }, (_, i) => pictures.sample(i));
const clean = toTensor(samples.map(({ image }) => image));
const noisy = toTensor(
	samples.map(({ image, id }) =>
		corrupt(image, "gaussian-noise", { severity: 3, id }),
	),
);

/** The share of images that the backbone's own classifier gets right, in percent. */
function accuracyOf(model: Backbone, images: tf.Tensor4D): number {
	const predict = compile(
		(batch: tf.Tensor4D) =>
			tf.tidy(() =>
				tf.argMax(model.logits(normalize(batch, normalization)), 1),
			),
		{ frozen: Object.values(model.params) },
	);
	const predicted = predict(images);
	const labels = predicted.dataSync();
	predicted.dispose();
	return (
		(100 * samples.filter(({ target }, i) => labels[i] === target).length) /
		count
	);
}

test("each bundled backbone is small, and scores what its file says", async () => {
	for (const name of miniBackboneNames) {
		const file = miniBackboneFile(name);
		assert.ok(statSync(file).size < 2e6, `${name} is too large`);
		const parameters = parameterCountOf(miniArchitecture(name));
		assert.ok(parameters > 3e5 && parameters < 1e6, `${parameters}`);
		const { metadata } = await readCheckpoint(file);
		assert.equal(metadata.name, name);
		const model = await miniBackbone(name);
		assert.equal(model.name, name);
		const score = accuracyOf(model, clean);
		// Of 256 of the 1000 pictures: three standard deviations.
		assert.ok(
			Math.abs(score - Number(metadata.clean)) < 7,
			`${name} scores ${score}, not ${metadata.clean}`,
		);
		model.dispose();
	}
});

test("the robust backbones withstand noise better than the regular ones", async () => {
	const scores: Record<string, number> = {};
	for (const name of miniBackboneNames) {
		const model = await miniBackbone(name);
		scores[name] = accuracyOf(model, noisy);
		model.dispose();
	}
	for (const family of ["resnet-mini", "swin-mini"]) {
		const regular = scores[`${family}/regular`]!;
		for (const training of ["prime", "adversarial"])
			assert.ok(
				scores[`${family}/${training}`]! > regular,
				JSON.stringify(scores),
			);
	}
});

test("those of an architecture had one recipe, but for what makes them robust", async () => {
	const recipes = await Promise.all(
		miniBackboneNames
			.filter((name) => name.startsWith("resnet-mini"))
			.map(async (name) => {
				const { metadata } = await readCheckpoint(miniBackboneFile(name));
				assert.equal(metadata.base, "resnet-mini/base");
				return { ...JSON.parse(metadata.recipe as string), augment: null };
			}),
	);
	assert.equal(recipes.length, 3);
	for (const recipe of recipes) assert.deepEqual(recipe, recipes[0]);
});

test("under attack the adversarial backbone scores most, and what its file says", async () => {
	const task = shapes({ domain: "source", testImages: 200 });
	const folder = scratchFolder();
	const scores: Record<string, number> = {};
	for (const training of ["regular", "prime", "adversarial"]) {
		const name = `resnet-mini/${training}` as MiniBackboneName;
		const [row] = await scoreBackbone(await miniBackbone(name), task, {
			...{ folder, corruptions: [] },
			adaptation: attack({ epsilon: 0.5 }),
		});
		const { metadata } = await readCheckpoint(miniBackboneFile(name));
		// Of 200 of the 1000 pictures: three standard deviations.
		assert.ok(
			Math.abs(row!.score - Number(metadata.attacked)) < 10,
			`${name} scores ${row!.score}, not ${metadata.attacked}`,
		);
		scores[training] = row!.score;
	}
	const { regular, prime, adversarial } = scores;
	assert.ok(
		adversarial! > Math.max(regular!, prime!) + 10,
		JSON.stringify(scores),
	);
});

test("all are different, and an unknown name is refused with those there are", async () => {
	const hashes = await Promise.all(
		miniBackboneNames.map(async (name) => {
			const { tensors } = await readCheckpoint(miniBackboneFile(name));
			const hash = createHash("sha256");
			for (const { data } of Object.values(tensors))
				hash.update(
					new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
				);
			return hash.digest("hex");
		}),
	);
	assert.equal(new Set(hashes).size, miniBackboneNames.length);
	await assert.rejects(
		miniBackbone("resnet-mini" as MiniBackboneName),
		/no bundled backbone "resnet-mini"; there are resnet-mini\/regular/,
	);
});

test("loadBackbone loads a bundled backbone as miniBackbone does, also with another classifier", async () => {
	const bundled = await miniBackbone("resnet-mini/prime");
	const loaded = await loadBackbone("resnet-mini/prime");
	assert.equal(loaded.name, bundled.name);
	assert.deepEqual(loaded.architecture, bundled.architecture);
	assert.deepEqual(Object.keys(loaded.params), Object.keys(bundled.params));
	await assert.rejects(
		loadBackbone("resnet-mini/prime", { from: "nowhere.pth" }),
		/there is no file nowhere\.pth/,
	);
});

test("the bundled backbones tell the classes of the source domain apart", () => {
	assert.equal(
		miniArchitecture("resnet-mini/regular").classes,
		Object.keys(domains.source.classes).length,
	);
});
