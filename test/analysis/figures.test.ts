import assert from "node:assert/strict";
import { test } from "node:test";
import { bootstrap } from "../../src/analysis/bootstrap.js";
import { byCorruption, bySeverity } from "../../src/analysis/breakdown.js";
import type { Figure, Trace } from "../../src/analysis/figure.js";
import { colors } from "../../src/analysis/figure-style.js";
import { nameOf } from "../../src/analysis/figure-to-html.js";
import { plotAugmentation } from "../../src/analysis/plot-augmentation.js";
import { plotDegreeOfFineTuning } from "../../src/analysis/plot-degree-of-fine-tuning.js";
import { plotHeatMap } from "../../src/analysis/plot-heat-map.js";
import { plotImageStrips } from "../../src/analysis/plot-image-strips.js";
import { paretoFront, plotPareto } from "../../src/analysis/plot-pareto.js";
import { plotSeverities } from "../../src/analysis/plot-severities.js";
import { plotTraining, runningMean } from "../../src/analysis/plot-training.js";
import { publishedCocoCurves } from "../../src/analysis/published-curves.js";
import { robustness } from "../../src/analysis/robustness.js";
import type { Row } from "../../src/analysis/table-rows.js";
import { createImage } from "../../src/image/image.js";
import { madeUpRuns, madeUpStudy } from "./made-up-rows.js";
import { near } from "./near.js";

const study = madeUpStudy({ images: 80 });
const severe = madeUpStudy({ images: 80, severities: [1, 3, 5] });
const rows = robustness(study).objects() as Row[];
const traces = (figure: Figure, keep: (trace: Trace) => boolean) =>
	figure.data.filter(keep);
const numbers = (trace: Trace | undefined, key: string): number[] =>
	trace?.[key] as number[];
const sorted = (values: readonly unknown[]): unknown[] =>
	values.map(Number).sort((a, b) => a - b);

test("degree of fine-tuning: each panel has the table's scores at their learning rates", () => {
	const figure = plotDegreeOfFineTuning(study);
	const axes = { clean: "y", corrupted: "y2", drop: "y3" };
	for (const [score, yaxis] of Object.entries(axes)) {
		const lines = traces(figure, (trace) => trace.yaxis === yaxis);
		assert.equal(lines.length, 6);
		const points = lines.flatMap((trace) =>
			numbers(trace, "y").map((y, i) => [numbers(trace, "customdata")[i], y]),
		);
		assert.deepEqual(
			points,
			rows.map((row) => [row.learningRate, row[score]]),
		);
	}
	assert.equal(
		figure.layout.title && nameOf(figure).includes("shapes (miniature)"),
		true,
	);
});

test("error bars are the bootstrap's, and absent where rows have no single predictions", () => {
	const intervals = bootstrap(study, undefined, {
		samples: 1000,
	}).objects() as Row[];
	const [first] = plotDegreeOfFineTuning(study).data;
	const bars = first?.error_y as { array: number[]; arrayminus: number[] };
	near(
		bars.array[0],
		(intervals[0]?.cleanHigh as number) - (intervals[0]?.clean as number),
	);
	near(
		bars.arrayminus[0],
		(intervals[0]?.clean as number) - (intervals[0]?.cleanLow as number),
	);
	const without = study.map(({ correct: _, ...row }) => row);
	assert.ok(!("error_y" in (plotDegreeOfFineTuning(without).data[0] as Trace)));
	assert.ok(
		!(
			"error_y" in
			(plotDegreeOfFineTuning(study, { intervals: false }).data[0] as Trace)
		),
	);
	assert.throws(
		() => plotDegreeOfFineTuning(without, { intervals: true }),
		/no per-image data/,
	);
});

test("augmentation: with and without PRIME, by backbone, as in the table", () => {
	const figure = plotAugmentation(study);
	const points = traces(figure, ({ mode }) => mode === "markers");
	assert.deepEqual(points.map(({ name }) => name).slice(0, 2), [
		"no augmentation",
		"PRIME",
	]);
	for (const [score, yaxis] of Object.entries({
		drop: "y",
		corrupted: "y2",
		clean: "y3",
	}))
		for (const augment of ["none", "prime"])
			assert.deepEqual(
				points.find(
					(trace) => trace.yaxis === yaxis && trace.legendgroup === augment,
				)?.y,
				rows.filter((row) => row.augment === augment).map((row) => row[score]),
			);
	const [lines] = traces(figure, ({ mode }) => mode === "lines");
	assert.deepEqual(
		sorted(numbers(lines, "y").filter((y) => y !== null)),
		sorted(rows.map(({ clean }) => clean)),
	);
});

test("augmentation: no two look or are called the same, however many are in turn", () => {
	const augments = ["none", "prime", "mixup", "trivial-augment+cutmix", "own"];
	const many = augments.flatMap((augment) =>
		study
			.filter((row) => row.augment === "none")
			.map((row) => ({ ...row, augment, run: `${row.run}-${augment}` })),
	);
	const points = traces(
		plotAugmentation(many),
		({ mode, yaxis }) => mode === "markers" && yaxis === "y",
	);
	assert.deepEqual(
		points.map(({ name }) => name),
		["no augmentation", "PRIME", "mixup", "TrivialAugment + CutMix", "own"],
	);
	const looks = points.map(({ marker, x }) => {
		const { color, symbol } = marker as Record<string, unknown>;
		return { color, symbol, x: (x as number[])[0] };
	});
	for (const key of ["color", "symbol", "x"] as const)
		assert.equal(new Set(looks.map((look) => look[key])).size, 5);
});

test("heat map: the drops by corruption, with mean drop and clean score", () => {
	const [map, text] = plotHeatMap(study).data;
	const drops = (byCorruption(study).objects() as Row[]).map(
		({ drop }) => drop,
	);
	assert.deepEqual(numbers(map, "z").flat(), drops);
	assert.deepEqual(
		text?.text,
		rows.flatMap(({ drop, clean }) =>
			[drop, clean].map((value) => (value as number).toFixed(1)),
		),
	);
});

test("severity curves: what others published on COCO, as a dotted line", () => {
	const coco = severe.map((row) => ({
		...row,
		task: "coco",
		miniature: false,
		metric: "box AP",
	}));
	const [published] = publishedCocoCurves;
	const figure = plotSeverities(coco, { published });
	const isPublished = ({ name }: Trace) =>
		/^published: Mask R-CNN.*Michaelis/.test(String(name));
	const lines = traces(figure, isPublished);
	assert.equal(lines.length, 5);
	const [clean, first] = numbers(lines[0], "y");
	assert.equal(clean, 37.27);
	// The mean that the benchmark's authors print.
	near(first as number, 27.77, 0.005);
	const fog = plotSeverities(coco, { published, corruptions: ["fog"] });
	const [curve] = traces(fog, isPublished);
	assert.deepEqual(numbers(curve, "y"), [37.27, 33.57, 30.91, 28.56]);
	assert.throws(
		() => plotSeverities(severe, { published }),
		/box AP on coco, not the accuracy on shapes/,
	);
});

test("severity curves: all corruptions first, then each group, from clean on", () => {
	const figure = plotSeverities(severe);
	const all = traces(figure, ({ xaxis }) => xaxis === "x").flatMap((trace) =>
		numbers(trace, "y"),
	);
	assert.deepEqual(
		all,
		(bySeverity(severe).objects() as Row[]).map(({ score }) => score),
	);
	const noise = traces(figure, ({ xaxis }) => xaxis === "x2").flatMap((trace) =>
		numbers(trace, "y"),
	);
	const corruptions = [
		"gaussian-noise",
		"shot-noise",
		"impulse-noise",
	] as const;
	const expected = bySeverity(severe, undefined, {
		corruptions,
	}).objects() as Row[];
	assert.deepEqual(
		noise,
		expected.map(({ score }) => score),
	);
	assert.deepEqual(figure.data[0]?.x, [0, 1, 3, 5]);
});

test("the Pareto front is what nothing beats", () => {
	const points = [
		[1, 9],
		[2, 5],
		[3, 5],
		[4, 1],
		[3, 4],
		[1, 2],
	].map(([clean = 0, corrupted = 0]) => ({ clean, corrupted }));
	assert.deepEqual(
		paretoFront(points).map(({ clean }) => clean),
		[1, 3, 4],
	);
	const figure = plotPareto(study);
	const drawn = figure.data.slice(1).flatMap((trace) => numbers(trace, "x"));
	assert.deepEqual(sorted(drawn), sorted(rows.map(({ clean }) => clean)));
	const front = numbers(figure.data[0], "y");
	assert.equal(
		Math.max(...rows.map(({ corrupted }) => corrupted as number)),
		front[0],
	);
});

test("clean against corrupted: points by columns of one's own", () => {
	const own = study.map((row) => ({
		...row,
		augment: "none",
		learningRate: 0.01,
		recipe: `${row.augment} ${row.learningRate}`,
		remedy: `${row.augment} ${row.learningRate}`,
	}));
	const by = ["remedy"];
	const figure = plotPareto(own, { by });
	const means = robustness(own, by).objects() as Row[];
	const drawn = figure.data.slice(1);
	assert.deepEqual(
		drawn.map(({ name }) => name),
		means.map(({ remedy }) => remedy),
	);
	assert.deepEqual(
		drawn.flatMap((trace) => numbers(trace, "y")),
		means.map(({ corrupted }) => corrupted),
	);
	const { title } = figure.layout as { title: { text: string } };
	assert.doesNotMatch(JSON.stringify(title), /learning rates/);
	assert.doesNotMatch(JSON.stringify(drawn), /undefined/);
	assert.throws(() => plotPareto(own), /but other recipes/);
});

test("clean against corrupted: lines of equal drop are few, and about those of the points", () => {
	// Scores from 6 to 20, whose drops differ little: the figure reaches drops of 70 %.
	const low = study.map((row) => ({
		...row,
		score:
			(row.corruption === "clean" ? 1 : 0.93) * (6 + 140 * row.learningRate),
	}));
	const { annotations } = plotPareto(low).layout as {
		annotations: { text: string }[];
	};
	const drops = annotations.flatMap(
		({ text }) => /drop (\d+) %/.exec(text)?.[1] ?? [],
	);
	assert.deepEqual(drops, ["6", "8"]);
});

test("clean against corrupted: more points than there are colors are told apart", () => {
	const { length } = colors;
	const own = study
		.filter(({ learningRate }) => learningRate === 0.01)
		.flatMap((row) =>
			Array.from({ length: length + 2 }, (_, i) => ({
				...row,
				run: `${row.run}-${i}`,
				remedy: `remedy ${i}`,
			})),
		);
	for (const by of [["remedy"], ["remedy", "augment"]]) {
		const drawn = plotPareto(own, { by }).data.slice(1);
		const looks = drawn.map(({ marker }) => {
			const { color, symbol } = marker as { color: string; symbol: string };
			return `${color} ${symbol}`;
		});
		assert.equal(new Set(looks).size, (length + 2) * by.length);
	}
});

test("training curves: loss and learning rate as logged, or smoothed", () => {
	const runs = madeUpRuns();
	const figure = plotTraining(runs, { smoothing: 0 });
	assert.equal(figure.data.length, 2 * runs.length);
	assert.deepEqual(
		figure.data[0]?.y,
		runs[0]?.log.map(({ loss }) => loss),
	);
	assert.deepEqual(
		figure.data[1]?.y,
		runs[0]?.log.map(({ learningRate }) => learningRate),
	);
	assert.deepEqual(runningMean([1, 2, 3, 10], 3), [1.5, 2, 5, 6.5]);
	assert.deepEqual(runningMean([1, 2], 0), [1, 2]);
	assert.throws(() => plotTraining([]), /fine-tune first/);
});

test("losses that are all between two marks have ticks of their own", () => {
	const axisOf = (loss: (step: number) => number) => {
		const runs = madeUpRuns().map((run) => ({
			...run,
			log: run.log.map((row) => ({ ...row, loss: loss(row.step) })),
		}));
		const { layout } = plotTraining(runs, { smoothing: 0 });
		return layout.yaxis as { type: string; dtick?: string; nticks?: number };
	};
	const wide = axisOf((step) => 2.5 / (1 + step / 100));
	assert.deepEqual([wide.type, wide.dtick], ["log", "D2"]);
	const narrow = axisOf((step) => 2.3 + 0.2 * Math.sin(step));
	assert.deepEqual(
		[narrow.type, narrow.dtick, narrow.nticks],
		["log", undefined, 5],
	);
});

test("numbers that were logged while training are drawn beside, each in its panel", () => {
	const [first, second, ...others] = madeUpRuns();
	const logged = (run: NonNullable<typeof first>, names: string[]) => ({
		...run,
		log: run.log.map((row) =>
			row.step % 50 === 0
				? {
						...row,
						numbers: Object.fromEntries(
							names.map((name) => [name, row.step / 4]),
						),
					}
				: row,
		),
	});
	const runs = [
		logged(first!, ["held-out accuracy", "own"]),
		logged(second!, ["held-out accuracy"]),
		...others,
	];
	const figure = plotTraining(runs);
	assert.equal(figure.data.length, 2 * runs.length + 3);
	const drawn = figure.data.filter(({ yaxis }) => yaxis === "y3");
	assert.deepEqual(
		drawn.map(({ x, y }) => [x, y]),
		Array(2).fill([
			[50, 100, 150, 200],
			[12.5, 25, 37.5, 50],
		]),
	);
	const titleOf = (key: string) =>
		(figure.layout[key] as { title: { text: string } }).title.text;
	assert.deepEqual(
		[titleOf("yaxis3"), titleOf("yaxis4")],
		["held-out accuracy", "own"],
	);
	assert.equal((figure.layout.yaxis3 as { type?: string }).type, undefined);
	const chosen = plotTraining(runs, { numbers: ["own"] });
	assert.equal(chosen.data.length, 2 * runs.length + 1);
	assert.throws(
		() => plotTraining(runs, { numbers: ["owm"] }),
		/no run has logged a number "owm": .*did you mean "own"\?/,
	);
});

test("image strips: a picture and a caption for each, right and wrong told apart", () => {
	const image = createImage(4, 6);
	const figure = plotImageStrips(
		[
			{
				label: "cat",
				pictures: [
					{ image, prediction: "cat", isRight: true },
					{ image, prediction: "dog", isRight: false },
				],
			},
		],
		{ columns: ["clean", "fog"] },
	);
	const { images, annotations } = figure.layout as {
		images: { source: string }[];
		annotations: { text: string; font: { color: string } }[];
	};
	assert.equal(images.length, 2);
	assert.match(images[0]?.source as string, /^data:image\/png;base64,iVBOR/);
	assert.deepEqual(
		annotations.map(({ text }) => text),
		["✓ cat", "✗ dog", "cat", "clean", "fog"],
	);
	assert.notEqual(annotations[0]?.font.color, annotations[1]?.font.color);
	assert.throws(() => plotImageStrips([]), /no pictures/);
	assert.throws(
		() =>
			plotImageStrips([{ label: "", pictures: [{ image }] }], {
				columns: ["a", "b"],
			}),
		/2 column names do not fit strips of 1 picture/,
	);
});

test("image strips: what is noted about parts of a picture stands on them, inside it", () => {
	const color = [9, 99, 199] as const;
	const noted = {
		...createImage(100, 200),
		notes: [
			{ text: "cat & <dog>", box: [20, 50, 90, 90], color },
			{ text: "a rather long name", box: [180, 4, 200, 60], color },
		],
	} as const;
	const pictures = [{ image: createImage(100, 200) }, { image: noted }];
	const { annotations } = plotImageStrips([{ label: "", pictures }], {
		cellWidth: 100,
	}).layout as { annotations: Readonly<Record<string, unknown>>[] };
	const [first, second] = annotations.filter(({ bgcolor }) => bgcolor);
	const expected = {
		text: "cat &amp; &lt;dog&gt;",
		bgcolor: "rgb(9,99,199)",
		x: 110 + 10,
		xanchor: "left",
		y: 25,
		yanchor: "bottom",
	};
	assert.deepEqual({ ...first, ...expected }, first);
	const atTheEnd = { x: 210, xanchor: "right", y: 2, yanchor: "top" };
	assert.deepEqual({ ...second, ...atTheEnd }, second);
});

test("image strips: small pictures keep their pixels, photographs become the shorter file", () => {
	const flat = createImage(300, 400);
	const noisy = createImage(
		300,
		400,
		Uint8Array.from(
			{ length: 3 * 300 * 400 },
			(_, i) => (i * i * 31 + i) % 251,
		),
	);
	const small = createImage(30, 40, noisy.data.slice(0, 3 * 30 * 40));
	const types = [flat, noisy, small].map((image) => {
		const { layout } = plotImageStrips([{ label: "", pictures: [{ image }] }]);
		const [{ source }] = layout.images as [{ source: string }];
		return source.slice(0, source.indexOf(";"));
	});
	assert.deepEqual(
		types,
		["png", "jpeg", "png"].map((one) => `data:image/${one}`),
	);
});

test("image strips: there is room for the words that there are", () => {
	const pictures = [{ image: createImage(100, 100) }];
	const bare = plotImageStrips([{ label: "", pictures }], { title: "" });
	const full = plotImageStrips(
		[{ label: "cat", pictures: [{ ...pictures[0]!, prediction: "dog" }] }],
		{ columns: ["fog"], subtitle: "of shapes" },
	);
	const size = ({ layout: { height, width } }: Figure) => [height, width];
	assert.deepEqual(size(bare), [10 + 120 + 10 + 10, 10 + 120 + 10 + 10]);
	assert.deepEqual(size(full), [104 + 120 + 32 + 24, 140 + 120 + 10 + 24]);
});

test("one backbone has one color in all panels, and miniatures are called so", () => {
	const figures = [
		plotDegreeOfFineTuning,
		plotAugmentation,
		plotHeatMap,
		plotPareto,
	].map((plot) => plot(study));
	for (const figure of [
		...figures,
		plotSeverities(severe),
		plotTraining(madeUpRuns()),
	])
		assert.match(nameOf(figure), /\(miniature\)/);
	const real = study.map((row) => ({ ...row, miniature: false }));
	assert.doesNotMatch(nameOf(plotPareto(real)), /miniature/);
	const blue = traces(
		figures[0] as Figure,
		({ line }) => (line as { color: string }).color === colors[0],
	);
	assert.ok(
		blue.every(({ name }) => String(name).startsWith("resnet-mini/regular")),
	);
	assert.equal(blue.length, 6);
});

test("a figure is of one task, without missing cells", () => {
	const other = study.map((row) => ({
		...row,
		task: "cifar10",
		run: `c-${row.run}`,
	}));
	for (const plot of [
		plotDegreeOfFineTuning,
		plotAugmentation,
		plotHeatMap,
		plotPareto,
		plotSeverities,
	]) {
		assert.throws(
			() => plot([...study, ...other]),
			/over the tasks shapes and cifar10/,
		);
		assert.throws(() => plot(study.slice(1)), /lacks clean/);
	}
});
