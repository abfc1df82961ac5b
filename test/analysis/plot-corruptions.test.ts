import assert from "node:assert/strict";
import { test } from "node:test";
import type { Figure } from "../../src/analysis/figure.js";
import { plotCorruptions } from "../../src/analysis/plot-corruptions.js";
import { plotImageStrips } from "../../src/analysis/plot-image-strips.js";
import { corrupt } from "../../src/corruptions/corrupt.js";
import { commonCorruptions } from "../../src/corruptions/corruption.js";
import { decodeImage } from "../../src/image/decode.js";
import type { Image } from "../../src/image/image.js";
import { resize } from "../../src/image/resize.js";
import { frostPictures } from "../corruptions/cases.js";
import { haze } from "../corruptions/own-corruptions.js";
import { picture } from "../lcg.js";

interface Pictures {
	readonly images: readonly {
		readonly source: string;
		readonly x: number;
		readonly y: number;
		readonly sizex: number;
	}[];
	readonly annotations: readonly { readonly text: string }[];
}

const layoutOf = ({ layout }: Figure) => layout as unknown as Pictures;

const decoded = (source: string): Image =>
	decodeImage(Buffer.from(source.split(",")[1] ?? "", "base64"));

/** The pictures of a figure in rows. */
function rowsOf(figure: Figure): Image[][] {
	const { images } = layoutOf(figure);
	const tops = [...new Set(images.map(({ y }) => y))];
	return tops.map((top) =>
		images.filter(({ y }) => y === top).map(({ source }) => decoded(source)),
	);
}

const twice = (image: Image): Image =>
	resize(image, {
		height: 2 * image.height,
		width: 2 * image.width,
		filter: "nearest",
	});

test("each row has the clean image and its corruption at each severity, in order and named", () => {
	const image = picture(24, 40);
	const options = { seed: 3, id: "shown", frostPictures };
	const figure = plotCorruptions(image, {
		...options,
		corruptions: ["frost", haze],
		severities: [2, 4],
		cellWidth: 40,
	});
	const expected = (["frost", haze] as const).map((one) => [
		twice(image),
		...([2, 4] as const).map((severity) =>
			twice(corrupt(image, one, { ...options, severity })),
		),
	]);
	assert.deepEqual(rowsOf(figure), expected);
	assert.deepEqual(
		layoutOf(figure)
			.annotations.map(({ text }) => text)
			.filter((text) => text !== ""),
		["frost", "haze", "clean", "severity 2", "severity 4"],
	);
});

test("by default the fifteen common corruptions at five severities are shown", () => {
	const { images, annotations } = layoutOf(
		plotCorruptions(picture(32, 64), { cellWidth: 64 }),
	);
	assert.equal(images.length, 15 * 6);
	const words = annotations.map(({ text }) => text);
	for (const name of commonCorruptions) assert.ok(words.includes(name));
});

test("wide images are shrunk to twice the width of a cell, small ones fill it with sharp pixels", () => {
	const options = {
		corruptions: ["contrast"],
		severities: [1],
		cellWidth: 50,
	} as const;
	const wide = plotCorruptions(picture(60, 200), options);
	const [[clean]] = rowsOf(wide) as [[Image, Image]];
	assert.deepEqual([clean.height, clean.width], [30, 100]);
	const small = plotCorruptions(picture(10, 20), options);
	const [[tiny]] = rowsOf(small) as [[Image, Image]];
	assert.deepEqual([tiny.height, tiny.width], [50, 100]);
	for (const figure of [wide, small])
		assert.equal(layoutOf(figure).images[0]?.sizex, 50);
});

test("no corruptions are no grid", () => {
	assert.throws(
		() => plotCorruptions(picture(8, 8), { corruptions: [] }),
		/no pictures to show/,
	);
});

test("a strip wider than narrow pages has larger words, and the pictures keep their size", () => {
	const image = { data: new Uint8Array(3 * 16), height: 4, width: 4 };
	const figure = (cellWidth: number) =>
		plotImageStrips([{ label: "a", pictures: [{ image }, { image }] }], {
			columns: ["one", "two"],
			cellWidth,
		}).layout as unknown as {
			width: number;
			margin: { l: number; r: number };
			title: { font: { size: number } };
			annotations: { text: string; font: { size: number } }[];
		};
	const sizeOf = ({ annotations }: ReturnType<typeof figure>, word: string) =>
		annotations.find(({ text }) => text === word)!.font.size;
	const [small, large] = [figure(120), figure(600)];
	assert.equal(sizeOf(small, "a"), 12);
	assert.ok(Math.abs(sizeOf(large, "a") / 12 - 1.6) < 1e-9);
	assert.ok(sizeOf(large, "one") > sizeOf(small, "one"));
	assert.ok(large.title.font.size > small.title.font.size);
	for (const [layout, cell] of [
		[small, 120],
		[large, 600],
	] as const)
		assert.equal(
			layout.width - layout.margin.l - layout.margin.r,
			2 * (cell + 10),
		);
});
