import assert from "node:assert/strict";
import { test } from "node:test";
import { type CorruptOptions, corrupt } from "../../src/corruptions/corrupt.js";
import {
	type CorruptionName,
	commonCorruptions,
	corruptionGroups,
	corruptionNames,
	corruptionVariants,
	severities,
} from "../../src/corruptions/corruption.js";
import { randomDraws } from "../../src/corruptions/draws.js";
import { snow } from "../../src/corruptions/snow.js";
import { createImage, type Image } from "../../src/image/image.js";
import { jpegRoundTrip } from "../../src/image/jpeg/round-trip.js";
import { Random } from "../../src/random.js";
import { patchwork } from "./patchwork.js";

test("the names are upstream's, in its order, and in five groups", () => {
	assert.equal(corruptionNames.length, 19);
	assert.equal(commonCorruptions.length, 15);
	assert.deepEqual(Object.values(corruptionGroups).flat(), corruptionNames);
	assert.deepEqual(
		Object.values(corruptionGroups).map((names) => names[0]),
		["gaussian-noise", "defocus-blur", "snow", "contrast", "speckle-noise"],
	);
});

for (const name of corruptionNames) {
	test(`${name}: pure, repeatable, and stronger with severity`, () => {
		const image = patchwork(67, 90);
		const before = image.data.slice();
		for (const variant of corruptionVariants) {
			const distances = severities.map((severity) => {
				const options = { severity, variant, id: "a", seed: 3 };
				const once = corrupt(image, name, options);
				assert.deepEqual(corrupt(image, name, options), once);
				assert.notEqual(once.data.buffer, image.data.buffer);
				assert.deepEqual([once.height, once.width], [67, 90]);
				return distance(image, once);
			});
			assert.ok(distances[4]! > 0, `${distances}`);
			// Of saturate, severities 1 and 2 lower what 3 to 5 raise; frost and elastic transforms are not monotonic.
			const first = name === "saturate" ? 2 : 0;
			if (name !== "frost" && name !== "elastic-transform") {
				assert.ok(
					distances[4]! > distances[first]!,
					`${variant}: ${distances}`,
				);
			}
		}
		assert.deepEqual(image.data, before);
	});

	test(`${name} of the smallest images works or says which size does`, () => {
		for (const variant of corruptionVariants) {
			for (const severity of severities) {
				for (const [height, width] of [
					[1, 1],
					[1, 9],
					[9, 1],
					[2, 3],
				] as const) {
					const image = patchwork(height, width);
					assertWorksOrExplains(image, name, { severity, variant });
				}
				const image = patchwork(32, 32);
				assert.ok(corrupt(image, name, { severity, variant }));
			}
		}
	});
}

function distance(a: Image, b: Image): number {
	return a.data.reduce((sum, level, i) => sum + (level - b.data[i]!) ** 2, 0);
}

function assertWorksOrExplains(
	image: Image,
	name: CorruptionName,
	options: CorruptOptions,
): void {
	try {
		const { data } = corrupt(image, name, options);
		assert.equal(data.length, image.data.length);
	} catch (error) {
		const { message } = error as Error;
		const found = /an image of at least (\d+) x \1 pixels/.exec(message);
		assert.ok(found, message);
		const side = Number(found[1]);
		assert.ok(corrupt(patchwork(side, side), name, options));
	}
}

test("id and seed decide about the draws, and severity and name too", () => {
	const image = patchwork(20, 20);
	const noise = (options: Partial<CorruptOptions>) =>
		corrupt(image, "gaussian-noise", { severity: 1, ...options }).data;
	assert.deepEqual(noise({}), noise({ id: "", seed: 0 }));
	assert.notDeepEqual(noise({ id: "a" }), noise({ id: "b" }));
	assert.notDeepEqual(noise({ seed: 1 }), noise({ seed: 2 }));
});

test("in the study's order of channels, snow is shown blue for red", () => {
	const image = patchwork(40, 50);
	const reverse = ({ data, ...size }: Image): Image => ({
		data: data.map((_, i) => data[i - (i % 3) + 2 - (i % 3)]!),
		...size,
	});
	const draws = randomDraws(new Random("x", "snow", 2, 0));
	const constants = snow.constants["any-size"][1];
	const context = { draws, variant: "any-size" } as const;
	const expected = reverse(snow.apply(reverse(image), constants, context));
	const options = { severity: 2, id: "x", channelOrder: "bgr" } as const;
	assert.deepEqual(corrupt(image, "snow", options), expected);
	const rgb = corrupt(image, "snow", { ...options, channelOrder: "rgb" });
	assert.notDeepEqual(rgb, expected);
});

test("saved as the published ImageNet-C is, a result has been a JPEG of quality 85", () => {
	const image = patchwork(30, 41);
	const options = { severity: 3, variant: "imagenet-c" } as const;
	assert.deepEqual(
		corrupt(image, "contrast", { ...options, savedAsJpeg: true }),
		jpegRoundTrip(corrupt(image, "contrast", options), 85),
	);
});

test("what is not allowed is an error that lists what is", () => {
	const image = createImage(40, 40);
	const attempt = (
		change: object,
		name = "fog" as CorruptionName,
		on: Image = image,
	) => {
		return () =>
			corrupt(on, name, { severity: 1, ...change } as CorruptOptions);
	};
	assert.throws(
		attempt({}, "glass_blur" as CorruptionName),
		/corruption must be one of gaussian-noise, .* saturate, not "glass_blur"; did you mean "glass-blur"\?$/,
	);
	const wanted = /severity must be one of 1, 2, 3, 4, 5, not (0|6|2\.5)$/;
	for (const severity of [0, 6, 2.5])
		assert.throws(attempt({ severity }), wanted);
	assert.throws(
		attempt({ variant: "imagenet" }),
		/variant must be one of any-size, imagenet-c, cifar-10-c, not "imagenet"/,
	);
	assert.throws(
		attempt({ channelOrder: "grb" }),
		/channelOrder must be one of rgb, bgr, not "grb"/,
	);
	const empty = { data: new Uint8Array(0), height: 0, width: 0 };
	assert.throws(attempt({}, "fog", empty), /at least one pixel, not 0 x 0/);
	const short = { ...image, data: new Uint8Array(40 * 40) };
	assert.throws(attempt({}, "fog", short), /of 4800 bytes, not 1600 bytes/);
});
