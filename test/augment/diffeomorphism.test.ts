import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { deform } from "../../src/augment/diffeomorphism.js";
import { displacement } from "../../src/augment/displacement.js";
import {
	type DiffeomorphismDraw,
	drawDiffeomorphism,
	temperatureRange,
	typicalDisplacement,
} from "../../src/augment/draw-diffeomorphism.js";
import { Random, useEngine } from "../../src/index.js";
import { compile, diffeomorphism } from "../../src/parts.js";
import {
	fixtureImages,
	float32,
	furthest,
	onEveryEngine,
	readFixture,
} from "./fixture.js";

interface Fixture {
	batch: number;
	size: number;
	cases: {
		cut: number;
		temperature: number;
		horizontal: string;
		vertical: string;
		result: string;
	}[];
}

for (const name of ["small", "large"]) {
	test(`a diffeomorphism is the reference's, ${name} cuts`, async () => {
		const { batch, size, cases } = readFixture<Record<string, Fixture>>(
			"diffeomorphism",
		)[name] as Fixture;
		await onEveryEngine(({ label, compiled }) => {
			for (const { result, ...drawn } of cases) {
				const draw: DiffeomorphismDraw = {
					...drawn,
					horizontal: float32(drawn.horizontal),
					vertical: float32(drawn.vertical),
				};
				const field = displacement(size, draw);
				const move = (images: tf.Tensor4D) => deform(images, field);
				const apply = compiled ? compile(move) : move;
				const moved = apply(fixtureImages(batch, size));
				const off = furthest(moved, float32(result));
				assert.ok(off < 1e-5, `${label}, cut ${draw.cut}: off by ${off}`);
			}
		});
	});
}

test("a displacement is the sum of its modes, also of frequencies that pixels cannot tell apart", () => {
	for (const [size, cut] of [
		[1, 4],
		[2, 3],
		[3, 9],
		[5, 3],
		[6, 5],
		[9, 60],
		[33, 40],
	] as const) {
		const random = new Random("modes", size, cut);
		const draw = {
			cut,
			temperature: 0.01,
			horizontal: new Float32Array(cut * cut),
			vertical: new Float32Array(cut * cut),
		};
		random.fillNormal(draw.horizontal);
		random.fillNormal(draw.vertical);
		const field = displacement(size, draw);
		const sine = (k: number, at: number) =>
			Math.sin((Math.PI * k * at) / Math.max(size - 1, 1));
		const sum = (modes: Float32Array, x: number, y: number): number => {
			let all = 0;
			for (let i = 1; i <= cut; i++)
				for (let j = 1; j <= cut; j++)
					if (Math.hypot(i, j) < cut + 0.5)
						all +=
							(modes[(i - 1) * cut + j - 1]! / Math.hypot(i, j)) *
							sine(i, x) *
							sine(j, y);
			return Math.sqrt(draw.temperature) * size * all;
		};
		field.forEach((moves, axis) => {
			const modes = axis === 0 ? draw.horizontal : draw.vertical;
			assert.equal(moves.length, size ** 2);
			moves.forEach((move, i) => {
				const expected = sum(modes, i % size, Math.floor(i / size));
				assert.ok(
					Math.abs(move - expected) < 1e-5,
					`${size}, ${cut}: ${move} for ${expected}`,
				);
			});
		});
	}
});

test("the range of temperatures is that of the paper", () => {
	const close = (actual: number, expected: number) =>
		assert.ok(Math.abs(actual / expected - 1) < 5e-4, `${actual}`);
	const [lowest, highest] = temperatureRange(224, 2);
	close(lowest, 9.152e-6);
	close(highest, 0.04653);
	const [coolest, hottest] = temperatureRange(224, 50);
	close(coolest, 1.622e-6);
	close(hottest, 1.319e-5);
	const [one, same] = temperatureRange(224, 500);
	assert.equal(one, same);
});

test("the cut follows the arcsine law between 2 and a uniform highest cut", () => {
	const count = 4000;
	const cuts = Array.from(
		{ length: count },
		(_, seed) =>
			drawDiffeomorphism(32, new Random("cut", seed), { maximumCut: 3 }).cut,
	);
	// With the highest cut 3, cut is 2 or 3 with equal chance.
	const twos = cuts.filter((cut) => cut === 2).length;
	assert.ok(Math.abs(twos / count - 0.5) < 4 * Math.sqrt(0.25 / count));
	assert.ok(cuts.every((cut) => cut === 2 || cut === 3));
	const wide = Array.from({ length: count }, (_, seed) =>
		drawDiffeomorphism(32, new Random("wide", seed), { maximumCut: 30 }),
	);
	assert.ok(wide.every(({ cut }) => cut >= 2 && cut <= 30));
	const mean = wide.reduce((total, { cut }) => total + cut, 0) / count;
	// E floor(2 + B (M - 1)) with M uniform in 3..30 and E B = 1/2, less half for the floor.
	assert.ok(Math.abs(mean - (2 + 15.5 / 2 - 0.5)) < 0.5, `${mean}`);
	// Where there is a range; the arcsine law is below 1/4 with chance 1/3.
	const places = wide.flatMap(({ cut, temperature }) => {
		const [coolest, hottest] = temperatureRange(32, cut);
		assert.ok(temperature >= coolest && temperature <= hottest);
		return hottest > coolest
			? [(temperature - coolest) / (hottest - coolest)]
			: [];
	});
	const low = places.filter((place) => place < 1 / 4).length / places.length;
	assert.ok(Math.abs(low - 1 / 3) < 0.04, `${low} of ${places.length}`);
});

test("pixels move by the typical displacement", async () => {
	await useEngine();
	const [size, cut, temperature] = [64, 40, 1e-4];
	let sum = 0;
	const repeats = 20;
	for (let seed = 0; seed < repeats; seed++) {
		const random = new Random("typical", seed);
		const modes = () =>
			Float32Array.from({ length: cut * cut }, () => random.normal());
		const draw = { cut, temperature, horizontal: modes(), vertical: modes() };
		const [dx, dy] = displacement(size, draw);
		sum += dx.reduce((all, x, i) => all + x ** 2 + dy[i]! ** 2, 0) / dx.length;
	}
	const measured = Math.sqrt(sum / repeats);
	const typical = typicalDisplacement(size, { cut, temperature });
	// The formula takes a sum over modes for an integral.
	assert.ok(
		Math.abs(measured / typical - 1) < 0.15,
		`${measured} for ${typical}`,
	);
});

test("the border does not move, and a constant image stays constant", async () => {
	await useEngine();
	for (let seed = 0; seed < 5; seed++) {
		const draw = drawDiffeomorphism(32, new Random("border", seed));
		const [dx] = displacement(32, draw);
		for (const border of [dx.slice(0, 32), dx.filter((_, i) => i % 32 === 31)])
			assert.ok(border.length === 32 && border.every((x) => x === 0));
		const moved = diffeomorphism(
			tf.fill([2, 32, 32, 3], 0.4),
			new Random("border", seed),
		);
		assert.ok(furthest(moved, Array(2 * 32 * 32 * 3).fill(0.4)) < 1e-6);
	}
});

test("images that are not square are refused", () => {
	assert.throws(
		() => diffeomorphism(tf.zeros([1, 4, 6, 3]), new Random(1)),
		/square images, not 4 x 6/,
	);
});

test("cuts that make no range are refused", () => {
	assert.throws(
		() => drawDiffeomorphism(8, new Random(1), { maximumCut: 2 }),
		/2 <= minimumCut < maximumCut/,
	);
});
