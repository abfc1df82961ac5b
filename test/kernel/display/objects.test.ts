import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Bundle } from "../../../kernel/display/bundle.js";
import { bundleOf } from "../../../kernel/display/bundle.js";
import {
	cifar10,
	imagenet,
	publishedScores,
	type Run,
	readCheckpoint,
	recipes,
	shapes,
	untrainedBackbone,
	useEngine,
	zoo,
} from "../../../src/index.js";
import { encodePng } from "../../../src/parts.js";
import { untouched } from "../../../src/train/untouched.js";
import { plainNet } from "../../backbones/plain-net.js";
import { scratchFolder } from "../session.js";

const show = async (value: unknown): Promise<Bundle> => await bundleOf(value);
const text = async (value: unknown) =>
	String((await show(value)).data["text/plain"]);
const html = async (value: unknown) =>
	String((await show(value)).data["text/html"]);

const task = shapes();
const { image } = task.test.sample(0);

test("images, lists of them, plots and files are pictures, and short as text", async () => {
	assert.equal(await text(image), "Image of 64 × 64 pixels");
	assert.match(await html(image), /<img width="512" height="512"/);
	assert.equal((await html([image, image])).match(/<img /g)?.length, 2);
	assert.equal(await text([image, image]), "2 images of 64 × 64 pixels");
	const large = {
		data: new Uint8Array(3 * 3000 * 20),
		height: 20,
		width: 3000,
	};
	assert.match(await html(large), /width="500" height="4"/);
	assert.match(await text(encodePng(image)), /^PNG image of \d+\.\d kB$/);
	const notAnImage = { data: new Uint8Array(5), height: 2, width: 2 };
	assert.match(await text(notAnImage), /^\{/);
});

test("what is noted about parts of an image is written over it, alone and in a list", async () => {
	const note = { text: "Café <1>", box: [4, 30, 40, 60], color: [255, 64, 64] };
	const noted = { ...image, notes: [note] };
	for (const value of [noted, [image, noted]]) {
		const { data } = await show(value);
		const [, source = ""] =
			/src="data:image\/svg\+xml;base64,([^"]+)"/.exec(
				String(data["text/html"]),
			) ?? [];
		const svg = Buffer.from(source, "base64").toString();
		assert.match(svg, /Café &#60;1&#62;/);
		assert.match(svg, /rgb\(255, 64, 64\)/);
		assert.match(String(data["image/png"]), /^iVBOR/);
		assert.match(String(data["text/plain"]), /of 64 × 64 pixels$/);
	}
});

test("a task shows classes, sizes and examples; without its data it says how to get it", async () => {
	assert.match(
		await text(task),
		/^Task shapes \(miniature\)\n {2}classes +10: /,
	);
	assert.match(await text(task), /train +4,000 images/);
	assert.equal((await html(task)).match(/<figure/g)?.length, 10);
	const missing = cifar10({ folder: scratchFolder() });
	assert.match(await text(missing), /data +.*fetch it with/);
});

test("a backbone shows architecture, parameters and what is published", async () => {
	await useEngine();
	const mini = untrainedBackbone("resnet-mini");
	assert.match(await text(mini), /resnet-mini: resnet, variant imagenet/);
	assert.match(await text(mini), /parameters +310,746 in/);
	const named = { ...mini, name: "resnet50/prime" };
	assert.match(await text(named), /^Backbone resnet50\/prime\n/);
	assert.match(await text(named), /published +ImageNet top-1 77 %, mCE 57.5 %/);
	assert.match(await text([named, mini]), /\n2 rows × 3 columns\n/);
	mini.dispose();
	assert.match(await text(mini), /state +disposed/);
});

test("a backbone of a family of one's own shows its name and settings", async () => {
	const own = untrainedBackbone({ family: plainNet, width: 2, classes: 0 });
	assert.match(
		await text(own),
		/architecture +plain-net, width 2, no classifier/,
	);
	own.dispose();
});

const recipe = {
	...recipes.shapes,
	learningRate: 0.03,
	augment: { name: "prime", preset: "imagenet" },
} as const;

const run = {
	id: "shapes-run",
	folder: scratchFolder({
		"results.jsonl":
			'{"run":"shapes-run","corruption":"clean","metric":"accuracy","score":80.5}\n',
	}),
	finished: true,
	record: {
		backbone: { name: "resnet-mini/prime" },
		task: { name: "shapes", miniature: true, trainImages: 4000 },
		recipe,
	},
	log: [
		{ step: 1, loss: 2.5, learningRate: 0.01, seconds: 1 },
		{ step: 2, loss: 1.5, learningRate: 0.03, seconds: 2 },
	],
} as unknown as Run;

test("a recipe shows what it changes, and of which", async () => {
	assert.match(await html(recipe), /Recipe: shapes, changed/);
	assert.match(await html(recipe), /0\.03 \(was 0\.01\)/);
	assert.match(await html(recipe), /prime, preset imagenet \(was none\)/);
	assert.match(await html(recipe), /<details>.*weightDecay/s);
	assert.match(await text(recipes.cifar10), /^Recipe: cifar10\n/);
	const lion = {
		name: "lion",
		options: { betas: [0.9, 0.99] },
		make: () => ({}) as never,
	};
	assert.match(
		await html({ ...recipe, optimizer: lion }),
		/lion, options betas 0\.9, 0\.99 \(was sgd, momentum 0\.9/,
	);
});

test("a task that is there for testing alone shows its test images", async () => {
	const folder = join(scratchFolder(), "imagenet");
	mkdirSync(join(folder, "n01440764"), { recursive: true });
	writeFileSync(join(folder, "n01440764", "tench.png"), encodePng(image));
	const shown = imagenet({ folder });
	assert.match(
		await text(shown),
		/^Task imagenet\n[\s\S]*test +1 images?, imagenet\/val/,
	);
	assert.match(await html(shown), /<img /);
});

test("a run shows its recipe, loss and scores; several are a table", async () => {
	const shown = await text(run);
	assert.match(shown, /^Run shapes-run\n {2}state +finished\n/);
	assert.match(shown, /recipe +shapes with learningRate 0.03; augment prime/);
	assert.match(shown, /loss +2.5 at update 1, 1.5 at 2, after 2 s/);
	assert.match(shown, /results +1 scores?; clean accuracy 80.5 %/);
	assert.match(await html(run), /<img alt="loss against update"/);
	assert.match(await text([run, run]), /2 rows × 7 columns$/);
	assert.match(await text({ ...run, finished: false }), /not finished/);
	const scored = { ...run, record: { ...run.record, recipe: untouched } };
	assert.match(await text(scored), /recipe +none: as it is, with its own head/);
});

test("a checkpoint shows what is in it, the zoo is a table", async () => {
	const path = fileURLToPath(
		new URL(
			"../../../../src/tasks/shapes/weights/resnet-mini-prime.safetensors",
			import.meta.url,
		),
	);
	const checkpoint = await readCheckpoint(path);
	assert.match(await text(checkpoint), /tensors +62 of 312,960 numbers/);
	assert.match(await html(checkpoint), /128 × 64 × 1 × 1/);
	const odd = new URL(
		"../../../../test/fixtures/checkpoint/odd/float8.safetensors",
		import.meta.url,
	);
	const small = await text(await readCheckpoint(fileURLToPath(odd)));
	assert.match(small, /tensors +7 of 1,283 numbers/);
	assert.match(small, /unread +unknown \(of the element type "F4"\)/);
	assert.match(small, /float8_e4m3fn +256/);
	const lines = (await text(zoo)).split("\n");
	assert.match(lines[0] ?? "", /^name +model +architecture +parameters/);
	assert.match(lines[1] ?? "", /^resnet50\/regular +classifier/);
});

test("lists of alike records are tables, other lists are not", async () => {
	assert.match(await text(publishedScores), /\n4 rows × 8 columns\n/);
	const rows = [1, 2].map((score) => ({ run: "a", score, correct: "AAAA" }));
	assert.doesNotMatch(await text(rows), /AAAA/);
	assert.match(await text([1, 2, 3]), /^\[ 1, 2, 3 \]$/);
	assert.match(await text([{ a: 1 }, { b: 2 }]), /^\[ \{ a: 1 \}/);
	assert.match(
		await text([
			{ a: { b: 1 }, c: 1 },
			{ a: 2, c: 2 },
		]),
		/^\[/,
	);
});
