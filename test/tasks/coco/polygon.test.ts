import assert from "node:assert/strict";
import { test } from "node:test";
import { boxRle, polygonsRle } from "../../../src/tasks/coco/rle/polygon.js";
import { decodeRle, rleArea } from "../../../src/tasks/coco/rle/rle.js";

const size = { height: 6, width: 8 };

test("a box of whole pixels covers them, cut at the edges of the image", () => {
	const mask = decodeRle(boxRle([2, 1, 3, 4], size));
	const inside = [...mask.keys()].filter((i) => mask[i]);
	assert.equal(inside.length, 12);
	for (const i of inside) {
		const [x, y] = [i % size.width, Math.floor(i / size.width)];
		assert.ok(x >= 2 && x < 5 && y >= 1 && y < 5);
	}
	assert.equal(rleArea(boxRle([-10, -10, 100, 100], size)), 48);
	assert.equal(rleArea(boxRle([20, 20, 5, 5], size)), 0);
});

test("a mask of several polygons is their union", () => {
	const left = [0, 0, 0, 4, 4, 4, 4, 0];
	const right = [2, 0, 2, 4, 6, 4, 6, 0];
	assert.equal(rleArea(polygonsRle([left, right], size)), 24);
	assert.equal(rleArea(polygonsRle([], size)), 0);
});
