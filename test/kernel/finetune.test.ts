import assert from "node:assert/strict";
import { test } from "node:test";
import { outputs, result, scratchFolder, shown, useKernel } from "./session.js";

const folder = scratchFolder();
const kernel = useKernel();

const text = (content: unknown) =>
	(content as { data?: Record<string, string> }).data?.["text/plain"] ?? "";

test("an interrupted finetune goes on in the next cell, and shows how far it is", async () => {
	await kernel.run(
		'import { finetune, miniBackbone, recipes, shapes, useEngine } from "robust-transfer"; await useEngine()',
	);
	await kernel.run(
		"const task = shapes(); const backbone = await miniBackbone('resnet-mini/regular')",
	);
	const finetune = `const recipe = { ...recipes.shapes, batchSize: 32, length: { steps: 40 } };
const run = await finetune(backbone, task, recipe, { folder: ${JSON.stringify(folder)} });
run.log.map(({ step }) => step).join()`;
	const stopped = await kernel.client.execute(finetune, {
		onPublish: ({ header }) => {
			if (header.msg_type !== "display_data") return;
			void kernel.client.interrupt();
		},
	});
	assert.equal(stopped.reply.ename, "Interrupted");
	assert.equal(shown(await kernel.run("40 + 2")), "42");

	const resumed = await kernel.run(finetune);
	const steps = Array.from({ length: 40 }, (_, i) => i + 1);
	assert.equal(shown(resumed), `'${steps.join()}'`);
	const [first, ...updates] = outputs(resumed).filter(
		({ header }) => header.msg_type !== "execute_result",
	);
	assert.equal(first?.header.msg_type, "display_data");
	assert.match(text(first?.content), /step \d+ of 40 · loss .* left · shapes/);
	for (const { header, content } of updates) {
		assert.equal(header.msg_type, "update_display_data");
		assert.deepEqual(content.transient, first?.content.transient);
	}
	assert.match(
		text(updates.at(-1)?.content),
		/^trained 1 run in [\d:]+ (s|min)$/,
	);

	const finished = await kernel.run("run");
	assert.match(result(finished)["text/plain"] ?? "", /state +finished/);
});

test("library code can still be stopped after a run", {
	timeout: 300_000,
}, async () => {
	// as long as the library has left async hooks alone, with which nothing can be terminated before Node.js 24
	const { reply } = await kernel.client.execute(
		"const busy = new Function('while (true) {}'); console.log('on'); await Promise.resolve().then(() => busy())",
		{
			onPublish: ({ header }) =>
				header.msg_type === "stream" && void kernel.client.interrupt(),
		},
	);
	assert.equal(reply.ename, "Interrupted");
});
