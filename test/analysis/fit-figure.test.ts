import assert from "node:assert/strict";
import { test } from "node:test";
import type { Figure } from "../../src/analysis/figure.js";
import { darkColors, ink } from "../../src/analysis/figure-style.js";
import { fitFigure, wrapText } from "../../src/analysis/fit-figure.js";
import { liveColors, recolored } from "../../src/analysis/live-figure.js";
import { plotDegreeOfFineTuning } from "../../src/analysis/plot-degree-of-fine-tuning.js";
import { plotHeatMap } from "../../src/analysis/plot-heat-map.js";
import { madeUpStudy } from "./made-up-rows.js";

const study = madeUpStudy({ images: 40 });

interface Layout {
	readonly width: number;
	readonly height: number;
	readonly title: { text: string; subtitle?: { text: string } };
	readonly legend?: { orientation?: string };
	readonly margin?: { t: number };
	readonly yaxis: { ticktext?: string[] };
}

const fit = (figure: Figure, room: number) =>
	fitFigure(figure, room) as unknown as Layout;

test("a figure of the library takes the width there is, whatever that of its picture", () => {
	const figure = plotDegreeOfFineTuning(study);
	for (const room of [700, 950, 1400])
		assert.equal(fit(figure, room).width, room);
	const own: Figure = {
		data: [{ y: [1] }],
		layout: { width: 500, height: 300 },
	};
	assert.equal(fit(own, 950).width, 500);
	assert.equal(fit(own, 400).width, 400);
	assert.equal(fit({ ...own, layout: {} }, 950).width, 950);
});

test("where a legend would take more than its share it goes below, and the figure becomes higher", () => {
	const figure = plotDegreeOfFineTuning(study);
	const wide = fit(figure, 1400);
	const narrow = fit(figure, 700);
	assert.notEqual(wide.legend?.orientation, "h");
	assert.equal(narrow.legend?.orientation, "h");
	assert.ok(narrow.height > wide.height);
	const short = figure.data.map((trace) => ({ ...trace, name: "a" }));
	const { legend } = fit({ ...figure, data: short }, 700);
	assert.notEqual(legend?.orientation, "h");
	const one = { y: [1], name: "a name ".repeat(9) };
	const alone = (trace: object) =>
		fit({ data: [{ ...one, ...trace }], layout: {} }, 700).legend?.orientation;
	assert.deepEqual([alone({}), alone({ showlegend: true })], [undefined, "h"]);
	const silent = figure.data.map((trace) => ({ ...trace, showlegend: false }));
	assert.equal(fit({ ...figure, data: silent }, 700).height, 420 + 21);
});

test("panels that are narrow stand apart, so that titles of axes have their room", () => {
	const figure = plotDegreeOfFineTuning(study);
	const pixelsBetween = (room: number) => {
		const layout = fitFigure(figure, room) as Record<
			string,
			{ domain: number[] }
		>;
		const [, end = 0] = layout.xaxis?.domain ?? [];
		const [start = 0] = layout.xaxis2?.domain ?? [];
		assert.ok(Math.abs((layout.xaxis3?.domain[1] ?? 0) - 1) < 1e-9);
		return (start - end) * (room - 88);
	};
	for (const room of [560, 700, 1400]) assert.ok(pixelsBetween(room) > 63);
});

test("titles are broken into lines that fit, tags whole, with room for them above", () => {
	const long = "word ".repeat(30).trim();
	const figure: Figure = {
		data: [{ y: [1] }],
		layout: {
			title: {
				text: `<b>${long}</b>`,
				subtitle: { text: `<span style="color: red">■</span> ${long}` },
			},
			margin: { t: 84 },
		},
	};
	const { title, margin, height } = fit(figure, 700);
	const lines = title.text.split("<br>");
	assert.ok(lines.length > 1);
	for (const line of lines) assert.ok(0.6 * 17 * line.length < 760, line);
	assert.match(
		title.subtitle?.text ?? "",
		/^<span style="color: red">■<\/span>/,
	);
	assert.equal(title.text.replaceAll("<br>", " "), `<b>${long}</b>`);
	assert.ok((margin?.t ?? 0) > 84 && height > 450);
	assert.deepEqual(wrapText("short", {}, 700), ["short"]);
});

test("long names along a heat map are set in two lines where it is narrow", () => {
	const figure = plotHeatMap(study);
	assert.match(fit(figure, 700).yaxis.ticktext?.[0] ?? "", /<br>/);
	assert.doesNotMatch(fit(figure, 1400).yaxis.ticktext?.[0] ?? "", /<br>/);
});

test("in the dark every color of the style has another, and what only reads like a color stays", () => {
	const swap = { ...liveColors, white: "rgb(17, 17, 17)" };
	const figure = {
		data: [
			{
				x: ["white", "#0072B2"],
				name: "#000000",
				marker: { color: ["#D55E00", 3], line: { color: "white" } },
				error_y: { color: "#0072B299" },
			},
		],
		layout: {
			colorway: ["#009E73"],
			coloraxis: { colorscale: [[0, "#f7fbff"]] },
		},
	};
	const dark = recolored(figure, swap);
	assert.deepEqual(dark.data[0]?.x, figure.data[0]?.x);
	assert.equal(dark.data[0]?.name, "#000000");
	assert.deepEqual(dark.data[0]?.marker, {
		color: [darkColors["#D55E00"], 3],
		line: { color: "rgb(17, 17, 17)" },
	});
	assert.equal(dark.data[0]?.error_y.color, `${darkColors["#0072B2"]}99`);
	assert.deepEqual(dark.layout.colorway, [darkColors["#009E73"]]);
	assert.deepEqual(dark.layout.coloraxis.colorscale, [
		[0, darkColors["#f7fbff"]],
	]);
	const { layout } = recolored(plotDegreeOfFineTuning(study), swap);
	const text = JSON.stringify(layout);
	for (const light of Object.values(ink)) assert.ok(!text.includes(light));
});

/** Relative luminance. Source: WCAG 2.2. */
function luminance(color: string): number {
	const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
		const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test("text and lines of data are told from a dark page, text as WCAG's AA asks", () => {
	const contrast = (color: string) =>
		(luminance(color) + 0.05) / (luminance("#14171c") + 0.05);
	for (const text of [ink.text, ink.soft])
		assert.ok(contrast(darkColors[text] as string) > 4.5);
	for (const color of [
		"#0072B2",
		"#D55E00",
		"#009E73",
		"#CC79A7",
		"#E69F00",
		"#56B4E9",
		"#000000",
	])
		assert.ok(contrast(darkColors[color] as string) > 3, color);
});

test("the two columns of numbers beside a heat map stay apart on narrow pages", () => {
	const figure = plotHeatMap(study);
	const domains = (room: number) => {
		const { xaxis, xaxis2 } = fitFigure(figure, room) as Record<
			string,
			{ domain: [number, number] }
		>;
		return [...xaxis!.domain, ...xaxis2!.domain] as const;
	};
	const [, mapEnd, start, end] = domains(700);
	assert.ok(mapEnd < start && end === 1);
	// names and margins take almost half of the width
	assert.ok((end - start) * 0.56 * 700 >= 2 * 40);
	assert.deepEqual(domains(1400), [0, 0.845, 0.855, 1]);
});

test("of the notes that stand in one line none covers the one before", () => {
	const noteAt = (x: number, more = {}) => ({
		text: "drop 10 %",
		x,
		y: 1,
		xanchor: "center",
		...more,
	});
	const figure: Figure = {
		data: [{ y: [1] }],
		layout: {
			xaxis: { range: [0, 10] },
			annotations: [
				noteAt(1),
				noteAt(1.4),
				noteAt(1.4, { y: 2 }),
				noteAt(1.5, { xanchor: "left" }),
				noteAt(6),
			],
		},
	};
	const kept = (room: number) =>
		(
			fitFigure(figure, room) as { annotations: { x: number; y: number }[] }
		).annotations.map(({ x, y }) => [x, y]);
	assert.deepEqual(kept(700), [
		[1, 1],
		[1.4, 2],
		[1.5, 1],
		[6, 1],
	]);
	assert.equal(kept(4000).length, 5);
});
