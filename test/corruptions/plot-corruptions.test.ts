import assert from "node:assert/strict";
import { test } from "node:test";
import { corrupt } from "../../src/corruptions/corrupt.js";
import { plotCorruptions } from "../../src/corruptions/plot-corruptions.js";
import { decodeImage } from "../../src/image/decode.js";
import type { Image } from "../../src/image/image.js";
import { picture } from "../lcg.js";
import { frostPictures } from "./cases.js";
import { haze } from "./own-corruptions.js";

/** Where, in pixels, `part` lies inside `whole`, or `undefined`. */
function find(whole: Image, part: Image): [number, number] | undefined {
	const length = part.width * 3;
	const rows = Array.from({ length: part.height }, (_, y) =>
		Buffer.from(part.data.subarray(y * length, (y + 1) * length)),
	);
	const bytes = Buffer.from(whole.data);
	for (
		let at = bytes.indexOf(rows[0]!);
		at >= 0;
		at = bytes.indexOf(rows[0]!, at + 1)
	) {
		const found = rows.every(
			(row, y) =>
				bytes.indexOf(row, at + y * whole.width * 3) ===
				at + y * whole.width * 3,
		);
		if (!found || at % 3 !== 0) continue;
		const pixel = at / 3;
		return [Math.floor(pixel / whole.width), pixel % whole.width];
	}
	return undefined;
}

test("each row has the clean image and its corruption at each severity, in order", () => {
	const image = picture(24, 40);
	const options = { seed: 3, id: "shown", frostPictures };
	const { image: plot, png } = plotCorruptions(image, {
		...options,
		corruptions: ["frost", "fog"],
		severities: [2, 4],
		cellWidth: 40,
	});
	assert.deepEqual(decodeImage(png), plot);
	const places = (["frost", "fog"] as const).map((name) =>
		([2, 4] as const).map((severity) => {
			const corrupted = corrupt(image, name, { ...options, severity });
			return find(plot, corrupted)!;
		}),
	);
	const [clean] = [find(plot, image)!];
	const [[frost2, frost4], [fog2, fog4]] = places as [
		[[number, number], [number, number]],
		[[number, number], [number, number]],
	];
	assert.equal(frost2[0], clean[0]);
	assert.equal(frost4[0], frost2[0]);
	assert.equal(fog4[0], fog2[0]);
	assert.ok(fog2[0] >= frost2[0] + 24);
	assert.ok(clean[1] + 40 <= frost2[1] && frost2[1] + 40 <= frost4[1]);
	assert.deepEqual([fog2[1], fog4[1]], [frost2[1], frost4[1]]);
});

test("by default the fifteen common corruptions at five severities are shown", () => {
	const { image } = plotCorruptions(picture(32, 64), { cellWidth: 64 });
	assert.ok(image.height > 15 * 32 && image.width > 6 * 64);
});

test("wide images are shrunk and small ones enlarged by a whole factor", () => {
	const options = { corruptions: ["contrast"], severities: [1] } as const;
	const wide = plotCorruptions(picture(60, 200), { ...options, cellWidth: 50 });
	const exact = plotCorruptions(picture(15, 50), { ...options, cellWidth: 50 });
	assert.equal(wide.image.height, exact.image.height);
	assert.equal(wide.image.width, exact.image.width);
	const small = plotCorruptions(picture(10, 20), { ...options, cellWidth: 50 });
	assert.notEqual(small.image.height, exact.image.height);
	const doubled = plotCorruptions(picture(20, 40), {
		...options,
		cellWidth: 40,
	});
	assert.equal(small.image.height, doubled.image.height);
});

test("one's own corruption has a row as built-in ones have", () => {
	const image = picture(24, 40);
	const { image: plot } = plotCorruptions(image, {
		corruptions: ["fog", haze],
		severities: [4],
		cellWidth: 40,
		id: "shown",
	});
	const [fog, own] = (["fog", haze] as const).map(
		(one) => find(plot, corrupt(image, one, { severity: 4, id: "shown" }))!,
	);
	assert.ok(own![0] >= fog![0] + 24);
	assert.equal(own![1], fog![1]);
});
