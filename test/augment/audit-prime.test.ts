import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { Random, useEngine } from "../../src/index.js";
import { auditPrime } from "../../src/parts.js";
import { fixtureImages } from "./fixture.js";

const near = (actual: number, expected: number) =>
	assert.ok(Math.abs(actual - expected) < 1e-4, `${actual} for ${expected}`);

test("a PRIME that changes nothing is a line of slope one", async () => {
	await useEngine();
	const same = {
		randomFilter: { sigma: 0, impulse: "center" },
		width: 3,
		maximumDepth: 3,
		white: 1,
	} as const;
	for (const audit of auditPrime(fixtureImages(3, 8), new Random(1), same)) {
		near(audit.slope, 1);
		near(audit.intercept, 0);
		near(audit.explained, 1);
		near(audit.brightness, 1);
		assert.ok(audit.kept > 0 && audit.kept < 1);
	}
});

test("the line is that of least squares", async () => {
	await useEngine();
	// Moved by one pixel: the last row and column become black.
	const moved = {
		randomFilter: { sigma: 0 },
		width: 1,
		maximumDepth: 1,
		white: 1,
	} as const;
	const images = tf.tensor4d(
		[0.1, 0.2, 0.4, 0.8].flatMap((x) => [x, x, x]),
		[1, 2, 2, 3],
	);
	const [audit] = auditPrime(images, new Random(1), moved);
	assert.ok(audit);
	const m = 1 - audit.kept;
	const x = [0.1, 0.2, 0.4, 0.8];
	const y = [0.1 + m * 0.7, 0.2, 0.4, 0.8].map((v, i) =>
		i === 0 ? v : v * audit.kept,
	);
	// Normal equations.
	const [sx, sy] = [x, y].map((v) => v.reduce((a, b) => a + b, 0)) as [
		number,
		number,
	];
	const sxx = x.reduce((a, b) => a + b * b, 0);
	const sxy = x.reduce((a, b, i) => a + b * (y[i] as number), 0);
	near(audit.slope, (4 * sxy - sx * sy) / (4 * sxx - sx * sx));
	near(audit.intercept, (sy * sxx - sx * sxy) / (4 * sxx - sx * sx));
	near(audit.brightness, sy / sx);
});
