import assert from "node:assert/strict";
import { test } from "node:test";
import { figureToSvg } from "../../src/analysis/figure-to-svg.js";
import { plotSegmentation } from "../../src/analysis/plot-segmentation.js";
import { createLabelMap } from "../../src/image/label-map.js";
import { picture } from "../lcg.js";

const image = picture(8, 12);
const target = createLabelMap(
	8,
	12,
	new Uint8Array(96).map((_, i) => (i < 12 ? 255 : i % 2)),
);
const all = createLabelMap(8, 12, new Uint8Array(96));
const scenes = [{ id: "some/test/3", image, target }];
const options = {
	classes: ["sky", "sea", "sand"],
	palette: [
		[1, 2, 3],
		[40, 50, 60],
		[7, 8, 9],
	],
} as const;

test("a scene is shown with its labels, and as it was predicted in each view", async () => {
	const view = (name: string, prediction = all) => ({
		name,
		images: [image],
		predictions: [prediction],
	});
	const figure = plotSegmentation(
		scenes,
		[view("clean"), view("fog 3", target)],
		options,
	);
	const { images = [], annotations = [] } = figure.layout as {
		images?: { source: string }[];
		annotations?: { text: string }[];
	};
	const texts = annotations.map(({ text }) => text);
	for (const text of ["clean", "labels", "fog 3", "predicted", "50 %", "100 %"])
		assert.ok(texts.includes(text), `${text} of ${texts}`);
	assert.ok(texts.includes("3"));
	assert.equal(images.length, 5);
	const [seen, labels, clean, foggy, right] = images.map(
		({ source }) => source,
	);
	assert.equal(seen, foggy);
	assert.equal(labels, right);
	assert.notEqual(clean, labels);
	const svg = await figureToSvg(figure);
	assert.match(svg, /sky/);
	assert.match(svg, /sea/);
	assert.doesNotMatch(svg, /sand/);
});

test("views that do not fit the scenes are refused", () => {
	const view = { name: "clean", images: [], predictions: [all] };
	assert.throws(
		() => plotSegmentation(scenes, [view], options),
		/"clean" has 0 images and 1 predictions of 1 scenes/,
	);
});
