import assert from "node:assert/strict";
import { test } from "node:test";
import { corruptionNames } from "../../src/corruptions/corruption.js";
import { drawText, textSize } from "../../src/image/draw-text.js";
import { createImage, type Image } from "../../src/image/image.js";

/** The image as text: "#" for black. */
function dots({ data, height, width }: Image): string[] {
	return Array.from({ length: height }, (_, y) =>
		Array.from({ length: width }, (_, x) =>
			data[(y * width + x) * 3] === 0 ? "#" : ".",
		).join(""),
	);
}

function white(height: number, width: number): Image {
	return createImage(
		height,
		width,
		new Uint8Array(height * width * 3).fill(255),
	);
}

test("letters look like letters", () => {
	const { height, width } = textSize("g1");
	const image = white(height, width);
	drawText(image, "g1", { top: 0, left: 0 });
	assert.deepEqual(dots(image), [
		"........#..",
		".......##..",
		".####...#..",
		"#...#...#..",
		"#...#...#..",
		"#...#...#..",
		".####..###.",
		"....#......",
		".###.......",
	]);
});

test("a scale makes squares of dots, and what lies outside is cut off", () => {
	const image = white(4, 6);
	drawText(image, "-", { top: -4, left: -1, scale: 2 });
	assert.deepEqual(dots(image), ["......", "......", ".#####", ".#####"]);
});

test("all names of corruptions and all digits can be written, all different", () => {
	const drawn = [...corruptionNames, ..."0123456789."].map((text) => {
		const image = white(9, 120);
		drawText(image, text, { top: 0, left: 0 });
		return dots(image).join("\n");
	});
	assert.equal(new Set(drawn).size, drawn.length);
});

test("characters without a glyph are refused", () => {
	assert.throws(() => drawText(white(9, 9), "A", { top: 0, left: 0 }), {
		name: "RangeError",
		message: /no glyph for "A"/,
	});
});
