import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PNG } from "pngjs";
import type { Figure } from "../../src/analysis/figure.js";
import { figureToHtml } from "../../src/analysis/figure-to-html.js";
import { figureToPng } from "../../src/analysis/figure-to-png.js";
import { figureToSvg } from "../../src/analysis/figure-to-svg.js";
import { plotDegreeOfFineTuning } from "../../src/analysis/plot-degree-of-fine-tuning.js";
import { plotHeatMap } from "../../src/analysis/plot-heat-map.js";
import { writeFigure } from "../../src/analysis/write-figure.js";
import { scratchFolder } from "../train/folders.js";
import { madeUpStudy } from "./made-up-rows.js";
import { near } from "./near.js";

const study = madeUpStudy({ images: 40 });

test("SVG has every line, label and title, and is the same again", () => {
	const figure = plotDegreeOfFineTuning(study);
	const svg = figureToSvg(figure);
	assert.match(svg, /^<svg [^>]*width="1120" height="420"/);
	assert.equal(svg.match(/class="trace scatter/g)?.length, 18);
	assert.match(svg, />resnet-mini\/adversarial · PRIME</);
	assert.match(svg, />corrupted accuracy \(%\)</);
	assert.equal(figureToSvg(figure), svg);
});

test("titles of vertical axes stand clear of the labels", () => {
	const figure: Figure = {
		data: [{ x: [1, 2, 3], y: [75, 88, 93] }],
		layout: {
			margin: { l: 64 },
			yaxis: { title: { text: "clean accuracy (%)", standoff: 8 } },
		},
	};
	const svg = figureToSvg(figure);
	const group = /<g class="g-ytitle"([^>]*)>/.exec(svg)?.[1] as string;
	// Plotly moves a title away from labels it takes to be under it.
	assert.doesNotMatch(group, /translate\((?!0,0)/);
	const x = Number(
		/class="ytitle" transform="rotate\(-90,([\d.]+),/.exec(svg)?.[1],
	);
	assert.ok(x > 30 && x < 42, `${x}`);
});

test("PNG has the figure's size times the scale, and its colors", () => {
	const figure: Figure = {
		data: [
			{
				type: "heatmap",
				z: [[0, 1]],
				colorscale: [
					[0, "#ff0000"],
					[1, "#0000ff"],
				],
				showscale: false,
			},
		],
		layout: {
			width: 200,
			height: 100,
			margin: { t: 0, b: 0, l: 0, r: 0 },
			xaxis: { visible: false },
			yaxis: { visible: false },
		},
	};
	const { width, height, data } = PNG.sync.read(
		Buffer.from(figureToPng(figure, { scale: 1.5 })),
	);
	assert.deepEqual([width, height], [300, 150]);
	const pixel = (x: number, y: number) => [
		...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3),
	];
	for (const [x, color] of [
		[75, [255, 0, 0]],
		[225, [0, 0, 255]],
	] as const)
		pixel(x, 75).forEach((value, c) => {
			near(value, color[c] as number, 2);
		});
});

test("HTML needs nothing from elsewhere, and shows text as text", () => {
	const figure = plotHeatMap(study);
	const layout = { ...figure.layout, title: { text: "</script><b>&" } };
	const html = figureToHtml({ ...figure, layout });
	assert.doesNotMatch(html, /<(?:script|img|link)[^>]+(?:src|href)="(?!data:)/);
	assert.match(html, /<title>&amp;<\/title>/);
	const json = /<script type="application\/json">(.*?)<\/script>/s.exec(
		html,
	)?.[1] as string;
	assert.equal((JSON.parse(json) as Figure).data.length, figure.data.length);
	assert.equal(html.match(/<\/script>/g)?.length, 3);
});

test("a figure is written as its path says, typed arrays included", () => {
	const folder = scratchFolder();
	const figure: Figure = { data: [{ y: Float32Array.of(1, 2) }], layout: {} };
	const starts = {
		svg: "<svg",
		png: "\u0089PNG",
		html: "<!doctype html>",
		json: '{"data":[{"y":[1,2]}]',
	};
	for (const [ending, start] of Object.entries(starts)) {
		const path = join(folder, "new", `a.${ending}`);
		writeFigure(path, figure);
		assert.ok(readFileSync(path, "latin1").startsWith(start), ending);
		rmSync(path);
	}
	assert.throws(
		() => writeFigure(join(folder, "a.pdf"), figure),
		/written as \.html, \.svg, \.png, \.json, not as/,
	);
	assert.ok(!existsSync(join(folder, "a.pdf")));
});
