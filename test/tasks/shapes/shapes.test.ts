import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Image } from "../../../src/image/image.js";
import { resize } from "../../../src/image/resize.js";
import { Random } from "../../../src/random.js";
import { domains } from "../../../src/tasks/shapes/domain.js";
import { type Picture, render } from "../../../src/tasks/shapes/render.js";
import { scene } from "../../../src/tasks/shapes/scene.js";
import {
	shapes,
	shapesNormalization,
} from "../../../src/tasks/shapes/shapes.js";

const pictures = (count: number, size = 64): Picture[] =>
	Array.from({ length: count }, (_, index) =>
		render(scene(domains.target, { split: "test", index }), size),
	);

const digest = ({ data }: Image): string =>
	createHash("sha256").update(data).digest("hex");

test("a picture depends on domain, split, index and seed, and on nothing else", () => {
	const first = shapes().train.sample(7);
	assert.deepEqual(shapes({ trainImages: 50 }).train.sample(7), first);
	assert.equal(first.id, "shapes-target/train/7");
	const others = [
		shapes().train.sample(17),
		shapes().test.sample(7),
		shapes({ seed: 1 }).train.sample(7),
		shapes({ domain: "source" }).train.sample(7),
	];
	const all = [first, ...others];
	assert.equal(new Set(all.map(({ image }) => digest(image))).size, 5);
	assert.equal(new Set(all.map(({ id }) => id)).size, 5);
});

test("the same scene is drawn at every size", () => {
	const difference = (a: Image, b: Image): number =>
		a.data.reduce((sum, byte, i) => sum + Math.abs(byte - b.data[i]!), 0) /
		a.data.length;
	for (let index = 0; index < 20; index++) {
		const described = scene(domains.target, { split: "train", index });
		const large = render(described, 256);
		const small = render(described, 64);
		const shrunk = resize(large.image, {
			height: 64,
			width: 64,
			filter: "box",
		});
		assert.ok(
			difference(shrunk, small.image) < 8,
			`${index}: ${difference(shrunk, small.image)}`,
		);
		const next = render(
			scene(domains.target, { split: "train", index: index + 1 }),
			64,
		);
		assert.ok(difference(shrunk, next.image) > 16);
	}
});

test("masks, boxes, areas and labels agree pixel by pixel", () => {
	let hidden = 0;
	let small = 0;
	for (const [index, picture] of pictures(300).entries()) {
		const { things, instances, semantic, label } = picture;
		const scenery = scene(domains.target, { split: "test", index });
		hidden += scenery.things.length - things.length;
		small += things.length - 1;
		assert.equal(label, index % 10);
		const main = scenery.things.reduce((a, b) => (b.radius > a.radius ? b : a));
		assert.equal(main.label, label);
		const alone = render({ ...scenery, things: [main] }, 64).things[0]!.area;
		const seen = things.filter((thing) => thing.label === label);
		assert.ok(
			seen.some(({ area }) => area > 0.6 * alone && area <= alone),
			`the main thing of picture ${index} is hidden`,
		);
		assert.equal(Math.max(...instances), things.length);
		for (const [position, { box, area, label }] of things.entries()) {
			const own = [...instances.keys()].filter(
				(pixel) => instances[pixel] === position + 1,
			);
			assert.equal(own.length, area);
			const xs = own.map((pixel) => pixel % 64);
			const ys = own.map((pixel) => Math.floor(pixel / 64));
			assert.deepEqual(box, [
				Math.min(...xs),
				Math.min(...ys),
				Math.max(...xs) + 1,
				Math.max(...ys) + 1,
			]);
			for (const pixel of own) assert.equal(semantic[pixel], label + 1);
		}
		instances.forEach((instance, pixel) => {
			assert.equal(instance === 0, semantic[pixel] === 0);
		});
	}
	assert.ok(hidden < 10 && small > 200, `${hidden} hidden, ${small} small`);
});

test("a mask is where a thing changes the picture", () => {
	for (let index = 0; index < 40; index++) {
		const described = scene(domains.source, { split: "train", index });
		const only = { ...described, shadow: 0, haze: { gray: 0, share: 0 } };
		const thing = described.things.find(
			({ label }) => label === described.label,
		)!;
		const empty = render({ ...only, things: [] }, 64);
		const { image, instances } = render({ ...only, things: [thing] }, 64);
		let outside = 0;
		let inside = 0;
		instances.forEach((instance, pixel) => {
			const change = [0, 1, 2].reduce(
				(sum, c) =>
					sum +
					Math.abs(
						image.data[3 * pixel + c]! - empty.image.data[3 * pixel + c]!,
					),
				0,
			);
			if (instance === 0 && change > 0) outside++;
			if (instance === 1 && change > 12) inside++;
		});
		const area = instances.filter((instance) => instance === 1).length;
		assert.ok(inside > 0.85 * area, `${index}: ${inside} of ${area}`);
		// No more than the pixels that the edge runs through.
		assert.ok(outside < 8 * Math.sqrt(area) + 24, `${index}: ${outside}`);
	}
});

test("things behind do not show through, and edges are blended", () => {
	const described = scene(domains.target, { split: "train", index: 3 });
	const [thing] = described.things;
	const twice = { ...described, things: [thing!, thing!] };
	const { things, instances } = render(twice, 64);
	assert.equal(things.length, 1);
	assert.ok(instances.every((instance) => instance <= 1));
	const white = (x: number) => ({
		...thing!.paint,
		colors: [
			[x, x, x],
			[x, x, x],
		] as const,
	});
	const { image } = render(
		{
			...described,
			things: [{ ...thing!, paint: white(1) }],
			background: white(0),
			shadow: 0,
			haze: { gray: 0, share: 0 },
		},
		64,
	);
	const gray = image.data.filter((byte) => byte > 40 && byte < 120).length / 3;
	assert.ok(gray > 10 && gray < 300, `${gray} pixels between black and white`);
});

test("the world has the statistics that pictures are normalized by", () => {
	const { train } = shapes({ domain: "source" });
	let sum = 0;
	let squares = 0;
	const count = 300;
	for (let i = 0; i < count; i++) {
		for (const byte of train.sample(i).image.data) {
			sum += byte / 255;
			squares += (byte / 255) ** 2;
		}
	}
	const mean = sum / (count * 64 * 64 * 3);
	const std = Math.sqrt(squares / (count * 64 * 64 * 3) - mean ** 2);
	assert.ok(Math.abs(mean - shapesNormalization.mean[0]) < 0.03, `${mean}`);
	assert.ok(Math.abs(std - shapesNormalization.std[0]) < 0.03, `${std}`);
});

test("no class of the target is one of the source", () => {
	const { classes } = shapes();
	const source = new Set(shapes({ domain: "source" }).classes);
	assert.deepEqual([classes.length, source.size], [10, 16]);
	assert.ok(classes.every((name) => !source.has(name)));
});

test("an index that there is not is refused, and training images vary", () => {
	const task = shapes({ trainImages: 10, size: 48 });
	for (const index of [-1, 10, 0.5, Number.NaN])
		assert.throws(() => task.train.sample(index), /pictures 0 to 9/);
	const { image } = task.train.sample(0);
	assert.deepEqual([image.height, image.width], [48, 48]);
	const random = new Random("shapes");
	const seen = new Set<string>();
	for (let i = 0; i < 30; i++) {
		const { image: changed } = task.augment({ image, target: 0 }, random);
		assert.deepEqual([changed.height, changed.width], [48, 48]);
		seen.add(digest(changed));
	}
	assert.ok(seen.size > 20);
});
