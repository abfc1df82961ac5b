import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
	architectures,
	loadBackbone,
	stateDictOf,
	untrainedBackbone,
	useEngine,
	writeSafetensors,
} from "../../src/index.js";
import {
	compile,
	type NamedTensor,
	type NamedTensors,
	normalize,
} from "../../src/parts.js";
import { sharedData } from "../shared-data.js";
import { plainNet } from "./plain-net.js";

const { path: data, skip } = sharedData("data");
const folder = mkdtempSync(join(tmpdir(), "load-backbone-"));
const path = (name: string): string => join(folder, name);

before(async () => {
	await useEngine();
});
after(() => rmSync(folder, { recursive: true }));

const prefixed = (tensors: NamedTensors, prefix: string): NamedTensors =>
	Object.fromEntries(
		Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]),
	);

const bytesOf = (tensors: NamedTensors): [string, number[], Buffer][] =>
	Object.entries(tensors).map(([name, { shape, data }]) => [
		name,
		[...shape],
		Buffer.from(data.buffer, data.byteOffset, data.byteLength),
	]);

test("a file of an architecture is loaded, with the classes it has", async () => {
	const saved = stateDictOf(
		untrainedBackbone({ ...architectures.resnet20, classes: 7 }),
	);
	const from = path("seven.safetensors");
	writeSafetensors(from, saved);
	const loaded = await loadBackbone("resnet20", { from, classes: 7 });
	assert.deepEqual(bytesOf(stateDictOf(loaded)), bytesOf(saved));
	await assert.rejects(
		() => loadBackbone("resnet20", { from }),
		/linear\.weight.*linear\.bias/s,
	);
	const headless = await loadBackbone("resnet20", { from, classes: 0 });
	assert.equal(headless.params["linear.weight"], undefined);
});

test("a file of an architecture that is given is loaded, called as one says", async () => {
	const net = { ...architectures.resnet20, classes: 7, depths: [1, 1, 1] };
	const saved = stateDictOf(untrainedBackbone(net));
	const from = path("given.safetensors");
	writeSafetensors(from, saved);
	const loaded = await loadBackbone(net, { from, name: "mine" });
	assert.deepEqual(bytesOf(stateDictOf(loaded)), bytesOf(saved));
	assert.equal(loaded.name, "mine");
	assert.equal((await loadBackbone(net, { from })).name, undefined);
	const named = await loadBackbone("resnet20", {
		from: path("seven.safetensors"),
		classes: 7,
		name: "seven",
	});
	assert.equal(named.name, "seven");
	const own = { family: plainNet, width: 2, classes: 3 };
	const weights = stateDictOf(untrainedBackbone(own));
	writeSafetensors(from, weights);
	const read = await loadBackbone(own, { from, classes: 0 });
	assert.equal(read.params["top.weight"], undefined);
	assert.deepEqual(
		stateDictOf(read)["stages.3.bias"],
		weights["stages.3.bias"],
	);
	await assert.rejects(
		() => loadBackbone(own),
		/what is given is an architecture: name a file too, as in \{ from: "my\.pth" \}/,
	);
	await assert.rejects(
		() => loadBackbone({ ...own, family: { name: "x" } as never }, { from }),
		/loadBackbone: architecture\.family must be a family/,
	);
});

test("the averaged weights of a file are loaded by their name", async () => {
	const [raw, average] = [0, 1].map((seed) => {
		const net = untrainedBackbone("resnet20", { seed });
		const tensors = stateDictOf(net);
		net.dispose();
		return tensors;
	}) as [NamedTensors, NamedTensors];
	const from = path("averaged.safetensors");
	writeSafetensors(from, {
		...prefixed(raw, "state_dict/"),
		...prefixed(average, "ema_state_dict/module."),
		"ema_state_dict/steps": {
			dtype: "int64",
			shape: [],
			data: new BigInt64Array(1),
		},
	});
	const dictionary = "ema_state_dict";
	const loaded = await loadBackbone("resnet20", { from, dictionary });
	assert.deepEqual(bytesOf(stateDictOf(loaded)), bytesOf(average));
	loaded.dispose();
});

test("of a detector the backbone is taken", async () => {
	const net = { ...architectures.resnet50, classes: 0 };
	const tensors = stateDictOf(untrainedBackbone(net));
	const [first] = Object.values(tensors);
	const from = path("detector.safetensors");
	writeSafetensors(from, {
		...prefixed(tensors, "backbone."),
		"neck.0.conv.weight": first as NamedTensor,
	});
	const loaded = await loadBackbone("coco/full-network/regular", { from });
	assert.deepEqual(bytesOf(stateDictOf(loaded)), bytesOf(tensors));
});

test("a checkpoint that is not there says how it is fetched", async () => {
	await assert.rejects(
		() => loadBackbone("resnet50/prime", { folder }),
		/is not in data\/checkpoints or .*: fetch it with\n {2}npx robust-transfer-data checkpoints resnet50\/prime$/,
	);
	await assert.rejects(
		() => loadBackbone("resnet18"),
		/is an architecture: name a file/,
	);
	await assert.rejects(
		() => loadBackbone("resnet18", { from: path("absent.pth") }),
		/there is no file .*absent\.pth/,
	);
});

interface Published {
	cifar10_test: Record<
		string,
		{ n_correct: number; logits_first8: number[][] }
	>;
}

const file = "resnet20-12fca82f.th";

test("the published ResNet-20 scores what it scores in PyTorch", {
	skip,
}, async () => {
	const expected = JSON.parse(
		readFileSync(join(data, "checkpoints/expected_accuracy.json"), "utf8"),
	) as Published;
	const { n_correct, logits_first8 } = expected.cifar10_test[file]!;
	const model = await loadBackbone("resnet20", {
		from: join(data, "checkpoints", file),
	});
	const batch = 250;
	const record = 1 + 3 * 32 * 32;
	const bytes = readFileSync(join(data, "cifar10/test_batch.bin"));
	const logits = compile(
		(planes: tf.Tensor4D) =>
			tf.tidy(() => {
				const images = tf.transpose(tf.div(planes, 255), [0, 2, 3, 1]);
				return model.logits(normalize(images as tf.Tensor4D));
			}),
		{ frozen: Object.values(model.params) },
	);
	let right = 0;
	for (let first = 0; first < bytes.length / record; first += batch) {
		tf.tidy(() => {
			const rows = tf.tensor2d(
				Float32Array.from(
					bytes.subarray(first * record, (first + batch) * record),
				),
				[batch, record],
			);
			const labels = tf.slice(rows, [0, 0], [batch, 1]);
			const planes = tf.slice(rows, [0, 1], [batch, record - 1]);
			const made = logits(
				tf.reshape(planes, [batch, 3, 32, 32]) as tf.Tensor4D,
			);
			const chosen = tf.argMax(made, 1);
			const hits = tf.equal(
				chosen,
				tf.cast(tf.reshape(labels, [batch]), "int32"),
			);
			right += tf.sum(hits).dataSync()[0] as number;
			if (first > 0) return;
			const worst = tf.max(
				tf.abs(tf.sub(tf.slice(made, 0, 8), tf.tensor2d(logits_first8))),
			);
			assert.ok((worst.dataSync()[0] as number) < 1e-3);
		});
	}
	assert.equal(right, n_correct);
});
