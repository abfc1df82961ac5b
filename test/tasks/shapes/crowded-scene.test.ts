import assert from "node:assert/strict";
import { test } from "node:test";
import { crowdedScene } from "../../../src/tasks/shapes/crowded-scene.js";
import { domains } from "../../../src/tasks/shapes/domain.js";
import { render } from "../../../src/tasks/shapes/render.js";
import { shapesSegmentation } from "../../../src/tasks/shapes/shapes-segmentation.js";

test("a crowd depends on domain, split, index and seed, and on nothing else", () => {
	const key = { split: "train", index: 7 } as const;
	const first = crowdedScene(domains.target, key);
	assert.deepEqual(crowdedScene(domains.target, key), first);
	const others = [
		crowdedScene(domains.source, key),
		crowdedScene(domains.target, { ...key, split: "test" }),
		crowdedScene(domains.target, { ...key, index: 8 }),
		crowdedScene(domains.target, { ...key, seed: 1 }),
	];
	const all = [first, ...others].map((scene) => JSON.stringify(scene));
	assert.equal(new Set(all).size, 5);
});

test("a crowd has several things of all classes, next to each other", () => {
	const counts = new Map<number, number>();
	let visible = 0;
	for (let index = 0; index < 200; index++) {
		const scene = crowdedScene(domains.target, { split: "test", index });
		const { things, label } = scene;
		assert.ok(things.length >= 1 && things.length <= 7, `${things.length}`);
		const radii = things.map(({ radius }) => radius);
		assert.ok(Math.min(...radii) >= 0.12 && Math.max(...radii) <= 0.22);
		const largest = things[radii.indexOf(Math.max(...radii))];
		assert.equal(label, largest?.label);
		for (const thing of things)
			counts.set(thing.label, (counts.get(thing.label) ?? 0) + 1);
		if (index < 40) visible += render(scene, 64).things.length;
	}
	assert.equal(counts.size, 10);
	assert.ok(Math.min(...counts.values()) > 60);
	assert.ok(visible > 40 * 4);
});

test("labels are 0 for the background, and one more than the class of a thing", () => {
	const task = shapesSegmentation({ size: 48, testImages: 3 });
	const { image, target, id } = task.test.sample(2);
	assert.equal(id, "shapes-target-48px-segmentation/test/2");
	const scene = crowdedScene(domains.target, { split: "test", index: 2 });
	const drawn = render(scene, 48);
	assert.deepEqual(image, drawn.image);
	assert.deepEqual(target.data, drawn.semantic);
	const names = Object.keys(domains.target.classes);
	assert.deepEqual(task.classes, ["background", ...names]);
	const found = new Set(target.data);
	for (const { label, area } of drawn.things)
		assert.ok(area === 0 || found.has(label + 1));
	assert.throws(() => task.test.sample(3), /pictures 0 to 2, not 3/);
	const source = shapesSegmentation({ domain: "source" });
	assert.equal(source.classes.length, 17);
	assert.equal(source.name, "shapes-source-segmentation");
});
