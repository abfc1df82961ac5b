import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inflateSync } from "node:zlib";
import type { ImageAugmentation } from "../../src/augment/augmentation.js";
import { imageOperationNames } from "../../src/augment/image-operations.js";
import { createImage, type Image } from "../../src/image/image.js";
import { Random, randAugment, trivialAugment } from "../../src/index.js";
import { readFixture } from "./fixture.js";
import { injected } from "./injected.js";

interface Fixture {
	height: number;
	width: number;
	cases: {
		name: "trivial-augment" | "rand-augment";
		options: object;
		draws: number[];
		seed: number;
	}[];
	results: string;
}

const { height, width, cases, results } = readFixture<Fixture>("operations");
const expected = inflateSync(Buffer.from(results, "base64"));
const makers: Record<string, (options: object) => ImageAugmentation> = {
	"trivial-augment": trivialAugment,
	"rand-augment": randAugment,
};

/** A noisy ramp between the gray levels 30 and 220. */
function picture(seed: number): Image {
	let state = seed;
	const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
		state = (state * 1664525 + 1013904223) % 2 ** 32;
		return 30 + ((i * 5) % 151) + Math.floor((40 * state) / 2 ** 32);
	});
	return createImage(height, width, data);
}

const changedBy = (augmentation: ImageAugmentation, random: Random): Image =>
	augmentation.image({ image: picture(1), target: 0 }, random).image;

for (const name of Object.keys(makers))
	test(`${name} is torchvision's on Pillow images with the same draws, byte for byte`, () => {
		const length = height * width * 3;
		let compared = 0;
		cases.forEach(({ options, draws, seed, ...of }, i) => {
			if (of.name !== name) return;
			const { random, left } = injected(draws);
			const given = { image: picture(seed), target: 7 };
			const { image, target } = makers[name]!(options).image(given, random);
			const which = JSON.stringify({ options, draws });
			const wanted = expected.subarray(i * length, (i + 1) * length);
			assert.deepEqual(Buffer.from(image.data), wanted, which);
			assert.equal(left(), 0, which);
			assert.equal(target, 7);
			assert.deepEqual(given.image, picture(seed), "it is left as it was");
			compared++;
		});
		assert.ok(compared >= 24);
	});

describe("random operations", () => {
	test("are drawn evenly, from those asked for", () => {
		const operations = ["solarize", "posterize", "rotate"] as const;
		const drawn = new Map<number, number>();
		const random = {
			integer(low: number, high: number) {
				drawn.set(high, (drawn.get(high) ?? 0) + 1);
				return new Random(high, drawn.get(high)!).integer(low, high);
			},
		};
		const augmentation = trivialAugment({ operations, bins: 7 });
		for (let i = 0; i < 300; i++)
			changedBy(augmentation, random as unknown as Random);
		assert.equal(drawn.get(3), 300);
		assert.equal(drawn.get(7), 300);
		// Signs, of rotations alone.
		assert.ok(Math.abs(drawn.get(2)! - 100) < 30, `${drawn.get(2)}`);
	});

	test("the same seed gives the same image, another another", () => {
		const once = changedBy(randAugment(), new Random("a", 1));
		assert.deepEqual(changedBy(randAugment(), new Random("a", 1)), once);
		assert.notDeepEqual(changedBy(randAugment(), new Random("a", 2)), once);
	});

	test("do not move boxes or label maps, but change their colors", () => {
		const target = { data: new Uint8Array(height * width), height, width };
		const example = { image: picture(1), target };
		for (const make of Object.values(makers)) {
			// Whatever is drawn.
			const { random } = injected([0, 0, 0, 0]);
			assert.throws(
				() => make({}).image(example, random),
				/moves what is in an image \(shearX, .*rotate\), and cannot move the boxes, masks or label maps.*only change colors/,
			);
		}
		const still = imageOperationNames.filter(
			(name) => !/shear|translate|rotate/.test(name),
		);
		const { image, target: kept } = trivialAugment({
			operations: still,
		}).image(example, injected([still.indexOf("solarize"), 20]).random);
		assert.equal(kept, target);
		assert.notDeepEqual(image.data, example.image.data);
	});

	test("impossible options are refused", () => {
		assert.throws(
			() => trivialAugment({ operations: ["sheerX"] as never }),
			/trivialAugment: operations\[0\] .*did you mean "shearX"/,
		);
		assert.throws(
			() => randAugment({ magnitude: 31 }),
			/magnitude must be below bins, 31, not 31/,
		);
		assert.throws(() => randAugment({ bins: 1 }), /bins must be/);
	});
});
