/** The corruptions of C-bar stand wherever others do. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { plotCorruptions } from "../../../src/analysis/plot-corruptions.js";
import { cifar10CBar } from "../../../src/corruptions/c-bar/cifar-10-c-bar.js";
import { imagenetCBar } from "../../../src/corruptions/c-bar/imagenet-c-bar.js";
import { corrupt } from "../../../src/corruptions/corrupt.js";
import { corruptAll } from "../../../src/corruptions/corrupt-all.js";
import {
	type Corruption,
	corruptionNames,
	corruptionVariants,
	type Severity,
	severities,
} from "../../../src/corruptions/corruption.js";
import {
	findCorruption,
	isForHere,
	sent,
} from "../../../src/corruptions/find-corruption.js";
import type { Image } from "../../../src/image/image.js";
import { picture } from "../../lcg.js";
import { patchwork } from "../patchwork.js";

const all = [...new Set([...imagenetCBar, ...cifar10CBar])];

/** What draws nothing at all. */
const still = new Set(["circular-motion-blur"]);
/** Levels are not in the order of distances, but in that of errors; of these, strength differs by the draw. */
const byDraw = new Set(["single-frequency-greyscale", "cocentric-sine-waves"]);

const distance = (a: Image, b: Image): number =>
	a.data.reduce((sum, level, i) => sum + Math.abs(level - b.data[i]!), 0);

test("each set has ten, five of them in both, by names that no built-in one has", () => {
	assert.equal(imagenetCBar.length, 10);
	assert.equal(cifar10CBar.length, 10);
	assert.equal(all.length, 15);
	assert.equal(new Set(all.map(({ name }) => name)).size, 15);
	const names: readonly string[] = corruptionNames;
	assert.deepEqual(
		all.filter(({ name }) => names.includes(name)),
		[],
	);
});

for (const corruption of all)
	describe(corruption.name, () => {
		test("leaves the image alone, is repeatable and differs by seed and severity", () => {
			const image = patchwork(45, 64);
			const before = image.data.slice();
			const at = (severity: Severity, seed = 0) =>
				corrupt(image, corruption, { severity, seed, id: "a" });
			const [weak, strong] = [at(1), at(5)];
			assert.deepEqual([strong.height, strong.width], [45, 64]);
			assert.deepEqual(at(5), strong);
			assert.notDeepEqual(weak, strong);
			if (!still.has(corruption.name)) assert.notDeepEqual(at(5, 1), strong);
			const [near, far] = [distance(image, weak), distance(image, strong)];
			if (!byDraw.has(corruption.name)) assert.ok(far > near, `${near} ${far}`);
			assert.ok(far > 0);
			assert.deepEqual(image.data, before);
		});

		test("works on the smallest images and on odd sides", () => {
			for (const [height, width] of [
				[1, 1],
				[1, 9],
				[9, 1],
				[2, 3],
				[15, 7],
			] as const)
				for (const variant of corruptionVariants)
					for (const severity of severities) {
						const image = picture(height, width);
						const { data } = corrupt(image, corruption, { severity, variant });
						assert.equal(data.length, image.data.length);
					}
		});

		test("is found by threads where its source says", async () => {
			const told = structuredClone(sent(corruption));
			assert.ok(!isForHere(told));
			const found = await findCorruption(told);
			assert.equal(found.apply, corruption.apply);
			assert.equal(found.code, undefined);
		});
	});

test("threads make the same bytes as the main thread", async () => {
	const requests = all.map((corruption, i) => ({
		id: `image ${i}`,
		image: picture(30 + i, 50 - i),
		corruption,
		severity: 4 as const,
	}));
	let i = 0;
	for await (const { image } of corruptAll(requests, { workers: 2, seed: 3 })) {
		const { image: clean, corruption, id } = requests[i++]!;
		const options = { severity: 4, seed: 3, id } as const;
		assert.deepEqual(image, corrupt(clean, corruption, options));
	}
	assert.equal(i, all.length);
});

test("a thread refuses a source that exports another corruption", async () => {
	const [first, second] = all as [Corruption, Corruption];
	const told = sent(first) as { source: object };
	await assert.rejects(
		findCorruption({ ...told, source: second.source } as never),
		new RegExp(
			`another "${second.source?.name}" than the corruption ${first.name}`,
		),
	);
});

test("a grid shows them beside others", () => {
	const corruptions = ["fog" as const, ...cifar10CBar];
	const { layout } = plotCorruptions(picture(32, 32), {
		corruptions,
		severities: [1],
		variant: "cifar-10-c",
	});
	assert.equal((layout.images as object[]).length, 2 * 11);
});
