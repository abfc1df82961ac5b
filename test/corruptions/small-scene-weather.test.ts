import assert from "node:assert/strict";
import { test } from "node:test";
import { robustness } from "../../src/analysis/robustness.js";
import { builtIn } from "../../src/corruptions/built-in.js";
import { corrupt } from "../../src/corruptions/corrupt.js";
import { corruptAll } from "../../src/corruptions/corrupt-all.js";
import { commonCorruptions } from "../../src/corruptions/corruption.js";
import {
	smallSceneCorruptions,
	smallSceneWeather,
} from "../../src/corruptions/small-scene-weather.js";
import { useEngine } from "../../src/engine/engine.js";
import { scoreBackbone } from "../../src/evaluate/score-backbone.js";
import { miniBackbone } from "../../src/index.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { scratchFolder } from "../kernel/session.js";

const nameOf = (one: string | { name: string }) =>
	typeof one === "string" ? one : one.name;
const plainName = (name: string) => name.replace("small-scene-", "");

test("are the common corruptions, with three of the weather of another name", () => {
	const names = smallSceneCorruptions.map(nameOf);
	assert.deepEqual(names.map(plainName), [...commonCorruptions]);
	assert.deepEqual(
		names.filter((name) => name.startsWith("small-scene-")),
		["small-scene-snow", "small-scene-frost", "small-scene-fog"],
	);
	for (const { group } of smallSceneWeather) assert.equal(group, "weather");
});

test("constants are a sixth of the way from those for 32 to those for 224 pixels", () => {
	for (const { name, constants } of smallSceneWeather) {
		const published = builtIn[plainName(name) as "fog"].constants;
		constants["any-size"].forEach((own, severity) => {
			const [small, large] = (["cifar-10-c", "imagenet-c"] as const).map(
				(variant) => published[variant][severity] as Record<string, number>,
			);
			const wanted = Object.entries(small!).map(([key, a]) => {
				const between = a * (large![key]! / a) ** ((64 - 32) / (224 - 32));
				return [key, Number(between.toPrecision(2))];
			});
			assert.deepEqual(own, Object.fromEntries(wanted), `${name} ${severity}`);
		});
	}
});

const scenes = [0, 1, 2, 3, 4, 5].map((i) => shapes().test.sample(i));

/** How far an image is from another, as a mean over its values. */
const distance = (a: Uint8Array, b: Uint8Array) =>
	a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;

test("they change a scene less than those for photographs do, and more at severity 5", () => {
	for (const own of smallSceneWeather) {
		const name = plainName(own.name) as "fog" | "snow" | "frost";
		const change = (corruption: typeof own | typeof name, severity: 1 | 5) =>
			scenes.reduce((sum, { image, id }) => {
				const { data } = corrupt(image, corruption, { severity, id });
				return sum + distance(data, image.data);
			}, 0);
		assert.ok(change(own, 1) < change(name, 1), name);
		assert.ok(change(own, 5) > change(own, 1), name);
	}
});

test("threads make the same as the main thread", async () => {
	const requests = scenes.flatMap(({ image, id }) =>
		smallSceneWeather.map((corruption) => ({
			image,
			id,
			corruption,
			severity: 2 as const,
		})),
	);
	let i = 0;
	for await (const { image } of corruptAll(requests)) {
		const { image: clean, id, corruption, severity } = requests[i++]!;
		const { data } = corrupt(clean, corruption, { severity, id });
		assert.deepEqual(image.data, data);
	}
	assert.equal(i, requests.length);
});

test("at severity 1 no corruption of a scene takes more than a third of the accuracy of a bundled backbone", async () => {
	await useEngine();
	const rows = await scoreBackbone(
		await miniBackbone("resnet-mini/regular"),
		shapes({ domain: "source", testImages: 100 }),
		{ folder: scratchFolder(), corruptions: smallSceneCorruptions },
	);
	assert.equal(rows.length, 16);
	const clean = rows.find(({ corruption }) => corruption === "clean")!.score;
	assert.ok(clean > 75);
	for (const { corruption, score } of rows)
		assert.ok(score > (2 / 3) * clean, `${corruption}: ${score} of ${clean}`);
	const mean = robustness(rows, ["backbone"], {
		corruptions: smallSceneCorruptions,
	});
	assert.ok((mean.get("drop", 0) as number) < 15);
});
