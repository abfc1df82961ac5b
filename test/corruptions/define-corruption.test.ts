import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { builtIn } from "../../src/corruptions/built-in.js";
import { corrupt } from "../../src/corruptions/corrupt.js";
import {
	type Corruption,
	type CorruptionParts,
	corruptionGroups,
	corruptionNames,
	corruptionVariants,
	severities,
} from "../../src/corruptions/corruption.js";
import { defineCorruption } from "../../src/corruptions/define-corruption.js";
import { randomDraws } from "../../src/corruptions/draws.js";
import {
	findCorruption,
	loadCorruption,
	sent,
} from "../../src/corruptions/find-corruption.js";
import { fog } from "../../src/corruptions/fog.js";
import type { Image } from "../../src/image/image.js";
import { Random } from "../../src/random.js";
import { picture } from "../lcg.js";
import { haze, misplaced, veil } from "./own-corruptions.js";

const module = new URL("./own-corruptions.js", import.meta.url).href;

const parts: CorruptionParts<number> = {
	name: "dark",
	constants: [1, 2, 3, 4, 5],
	apply: (image, by) => ({
		...image,
		data: image.data.map((value) => value / by),
	}),
};

describe("a corruption of one's own", () => {
	test("is applied with the constants of severity and variant", () => {
		const own = defineCorruption<number>({
			...parts,
			constants: {
				"any-size": [1, 2, 3, 4, 5],
				"imagenet-c": [11, 12, 13, 14, 15],
				"cifar-10-c": [21, 22, 23, 24, 25],
			},
		});
		const image = picture(4, 5);
		corruptionVariants.forEach((variant, v) => {
			for (const severity of severities)
				assert.deepEqual(
					corrupt(image, own, { severity, variant }).data,
					image.data.map((value) => value / (10 * v + severity)),
				);
		});
		const single = defineCorruption(parts);
		for (const variant of corruptionVariants)
			assert.deepEqual(
				corrupt(image, single, { severity: 3, variant }).data,
				image.data.map((value) => value / 3),
			);
	});

	test("draws what derives from id, name, severity and seed", () => {
		const image = picture(6, 7);
		const options = { severity: 4, id: "some", seed: 9 } as const;
		const expected = (name: string) => {
			const noise = randomDraws(new Random("some", name, 4, 9)).uniforms(
				image.data.length,
				-5,
				5,
			);
			return image.data.map((value, i) =>
				Math.round(0.5 * value + 0.5 * (128 + (noise[i] as number))),
			);
		};
		assert.deepEqual(corrupt(image, haze, options).data, expected("haze"));
		assert.deepEqual(corrupt(image, veil, options).data, expected("veil"));
	});

	test("may write over its image, which is a copy, and keep what it gives", () => {
		const image = picture(6, 7);
		const before = image.data.slice();
		let kept: Image | undefined;
		const keeping = defineCorruption<number>({
			...parts,
			apply(given, value) {
				kept ??= given;
				kept.data.fill(value);
				return kept;
			},
		});
		const first = corrupt(image, keeping, { severity: 1 });
		const second = corrupt(image, keeping, { severity: 2 });
		assert.deepEqual(image.data, before);
		assert.deepEqual(new Set(first.data), new Set([1]));
		assert.deepEqual(new Set(second.data), new Set([2]));
	});

	test("is shown and gives the channels in the order that is asked for", () => {
		const red = defineCorruption<number>({
			...parts,
			apply: (image) => ({
				...image,
				data: image.data.map((value, i) => (i % 3 === 0 ? 255 : value)),
			}),
		});
		const image = picture(3, 3);
		const options = { severity: 1, channelOrder: "bgr" } as const;
		assert.deepEqual(
			corrupt(image, red, options).data,
			image.data.map((value, i) => (i % 3 === 2 ? 255 : value)),
		);
	});

	test("that makes no image of the same size is named", () => {
		const image = picture(4, 5);
		const giving = (result: unknown) => () =>
			corrupt(
				image,
				defineCorruption({ ...parts, apply: () => result as Image }),
				{ severity: 1 },
			);
		assert.throws(giving(undefined), /^RangeError: dark must give an image: /);
		assert.throws(giving(Promise.resolve(image)), /dark must give an image: /);
		assert.throws(
			giving({ ...image, data: new Float32Array(60) }),
			/dark must give an image: .*Uint8Array/,
		);
		assert.throws(
			giving(picture(5, 4)),
			/dark must give an image of 4 x 5 pixels, as it was given, not 5 x 4/,
		);
	});

	test("says which sides it needs", () => {
		const wide = defineCorruption({ ...parts, minimumSide: (by) => 3 * by });
		assert.ok(corrupt(picture(6, 6), wide, { severity: 2 }));
		assert.throws(
			() => corrupt(picture(6, 6), wide, { severity: 3 }),
			/dark of this severity needs an image of at least 9 x 9 pixels, not 6 x 6/,
		);
	});

	test("is shown the pictures of frost where it uses them", () => {
		const shown = (usesFrost: boolean) => {
			let count: number | undefined;
			const own = defineCorruption({
				...parts,
				usesFrost,
				apply: (image: Image, _: number, { frostPictures }) => {
					count = frostPictures?.length;
					return image;
				},
			});
			const frostPictures = [picture(3, 3)];
			corrupt(picture(4, 4), own, { severity: 1, frostPictures });
			return count;
		};
		assert.deepEqual([shown(true), shown(false)], [1, undefined]);
	});

	test("is called by the text of its functions and its constants", () => {
		const codes = [
			parts,
			{ ...parts, constants: [1, 2, 3, 4, 6] as const },
			{ ...parts, apply: (image: Image) => image },
			{ ...parts, minimumSide: () => 3 },
			{ ...parts, usesFrost: true },
		].map((given) => defineCorruption(given).code);
		assert.equal(new Set(codes).size, codes.length);
		assert.match(codes[0] ?? "", /^[0-9a-f]{8}$/);
		const again = { ...parts, group: "noise", name: "other" };
		assert.equal(defineCorruption(again).code, codes[0]);
		const constants = [1, 2, 3, 4, 5] as [number, number, number, number, 5];
		const own = defineCorruption<number>({ ...parts, constants });
		constants[0] = 50;
		assert.deepEqual(own.constants["any-size"], [1, 2, 3, 4, 5]);
	});

	test("is refused where a part is not what it must be", () => {
		const wrong: [Record<string, unknown>, RegExp][] = [
			[{ name: "fog" }, /there is a built-in corruption "fog"/],
			[{ name: "clean" }, /name must be .*not "clean"$/],
			[{ name: "../up" }, /name must be a name of small letters/],
			[{ name: undefined }, /name is missing/],
			[{ group: "clean" }, /group must be /],
			[{ constants: [1, 2, 3] }, /constants must be a list of 5/],
			[{ constants: { "any-size": [1, 2, 3, 4, 5] } }, /imagenet-c is missing/],
			[{ constants: [1, 2, 3, 4, Number.NaN] }, /is the number NaN/],
			[{ constants: [1, 2, 3, 4, () => 5] }, /is a function/],
			[{ apply: undefined }, /apply is missing/],
			[{ apply: parts.apply.bind(null) }, /apply of dark is a bound/],
			[{ source: { module } }, /source\.name is missing/],
			[{ aply: parts.apply }, /no option "aply".*did you mean "apply"\?/],
		];
		for (const [change, says] of wrong)
			assert.throws(
				() => defineCorruption({ ...parts, ...change } as typeof parts),
				says,
			);
	});

	test("that was put together by hand or changed is refused", () => {
		const given = [parts, { ...haze, apply: veil.apply }, { ...fog }, null, 5];
		for (const one of given)
			assert.throws(
				() => corrupt(picture(4, 4), one as Corruption, { severity: 1 }),
				/corruption must be .* a corruption as defineCorruption made it, not /,
			);
		assert.throws(
			() => corrupt(picture(4, 4), "veil" as "fog", { severity: 1 }),
			/not "veil"; one of your own is given as a corruption as defineCorruption made it/,
		);
	});
});

describe("the built-in corruptions", () => {
	test("are made as one's own are, and mean the same by value and by name", () => {
		const image = picture(40, 50);
		for (const name of corruptionNames) {
			const { group, code, source, ...rest } = builtIn[name];
			assert.equal(rest.name, name);
			assert.equal(code, undefined);
			assert.ok(
				(corruptionGroups[group as "noise"] as readonly string[]).includes(
					name,
				),
			);
			const options = { severity: 2, id: "a" } as const;
			assert.deepEqual(
				corrupt(image, builtIn[name], options),
				corrupt(image, name, options),
			);
			assert.equal(sent(builtIn[name]), name);
			assert.ok(source);
		}
	});

	test("are what their sources export", async () => {
		for (const name of corruptionNames) {
			const { source } = builtIn[name];
			const { apply } = await loadCorruption(
				source as { module: ""; name: "" },
			);
			assert.equal(apply, builtIn[name].apply);
		}
	});
});

describe("what threads are told of a corruption", () => {
	test("leads to the corruption again", async () => {
		const told = structuredClone(sent(haze));
		const found = await findCorruption(told);
		assert.equal(found.apply, haze.apply);
		assert.equal(await findCorruption("fog"), fog);
		assert.deepEqual(sent(veil), { here: veil });
	});

	test("must be what the module exports", async () => {
		await assert.rejects(
			findCorruption(sent(misplaced)),
			/own-corruptions\.js exports another "haze" than the corruption misplaced/,
		);
		const source = { module, name: "haze" };
		const other = defineCorruption({ ...parts, name: "haze", source });
		await assert.rejects(findCorruption(sent(other)), /exports another "haze"/);
		for (const name of ["nothing", "missing"])
			await assert.rejects(
				loadCorruption({ module, name }),
				new RegExp(`exports no corruption "${name}"`),
			);
	});
});
