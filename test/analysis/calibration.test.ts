import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { calibration } from "../../src/analysis/calibration.js";
import {
	binnedError,
	type Certainties,
	expectedError,
	releasedError,
} from "../../src/analysis/calibration-error.js";
import type { Row } from "../../src/analysis/table-rows.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { writePerImage } from "../../src/runs/per-image-file.js";
import { accuracy } from "../../src/tasks/accuracy.js";
import { cellOf, madeUpRow } from "./made-up-rows.js";
import { near } from "./near.js";

interface Case {
	readonly count: number;
	readonly seed: number;
	readonly released: number;
	readonly released1: number;
	readonly expected: number;
}

// Compiled tests run in dist/test/analysis; their fixtures stay in the source tree.
const file = "../../../test/fixtures/analysis/calibration.json";
const cases: readonly Case[] = JSON.parse(
	readFileSync(new URL(file, import.meta.url), "utf8"),
);

/** The images of make_calibration.py. */
function imagesOf({ count, seed }: Pick<Case, "count" | "seed">): Certainties {
	let state = BigInt(seed);
	const draw = (): number => {
		state = (state * 1103515245n + 12345n) % 2n ** 31n;
		return Number(state) / 2 ** 31;
	};
	const draws = Array.from({ length: count }, () => [draw(), draw()] as const);
	return {
		confidences: Float32Array.from(draws, ([one]) => 0.1 + 0.9 * one ** 0.5),
		isRight: draws.map(([one, other]) => Number(other < one)),
	};
}

test("calibration errors are those of the published code, and of the formula", () => {
	assert.equal(cases.length, 3);
	for (const one of cases) {
		const images = imagesOf(one);
		near(releasedError(images), one.released, 1e-6);
		near(binnedError(images, { power: 1, left: 1 }), one.released1, 1e-6);
		near(expectedError(images), one.expected, 1e-6);
		assert.ok(binnedError(images, { power: 2 }) > 0);
	}
});

test("of a hundred images and fewer there is one bin, which the published code leaves out", () => {
	const images = {
		confidences: Float32Array.of(0.75, 0.5, 0.25, 1),
		isRight: [1, 1, 0, 1],
	};
	near(binnedError(images, { power: 2 }), 100 * (0.75 - 2.5 / 4), 1e-9);
	assert.equal(releasedError(images), 0);
	near(expectedError(images), (100 * (0.25 + 0.5 + 0.25 + 0)) / 4, 1e-9);
});

test("a table of how sure runs are, clean and corrupted; rows and tasks that do not say it are refused", (context) => {
	const folder = mkdtempSync(join(tmpdir(), "robust-transfer-test-"));
	context.after(() => rmSync(folder, { recursive: true }));
	const rowOf = (
		row: Partial<ResultRow>,
		confidences: readonly (number | undefined)[],
	): ResultRow => {
		const metric = accuracy();
		confidences.forEach((one, i) => {
			metric.add(i % 2, 0, one);
		});
		const { bytes, ...kind } = metric.perImage();
		const name = `${row.corruption ?? "clean"}.gz`;
		const head = { ...kind, metric: "accuracy", skipped: [] };
		writePerImage(folder, name, { head, bytes });
		return madeUpRow({
			images: confidences.length,
			score: metric.value(),
			perImage: join(folder, "per-image", name),
			...row,
		});
	};
	const clean = rowOf({}, [0.5, 0.5, 0.5, 0.5]);
	const fog = rowOf({ ...cellOf("fog", 1) }, [1, 1, 1, 1]);
	const cells = { corruptions: ["fog"] };
	const [row] = calibration([clean, fog], ["run"], cells).objects() as Row[];
	assert.deepEqual(row, {
		run: "run",
		clean: 50,
		"clean confidence": 50,
		"clean ECE": 0,
		"clean RMS": 0,
		"clean RMS as released": 0,
		corrupted: 50,
		"corrupted confidence": 100,
		"corrupted ECE": 50,
		"corrupted RMS": 50,
		"corrupted RMS as released": 0,
	});
	const unsure = rowOf({}, [undefined, undefined, undefined, undefined]);
	assert.throws(
		() => calibration([unsure, fog], ["run"], cells),
		/run, clean 0: the task does not say how sure its predictions are: give it `confidences`/,
	);
	const { perImage: _, ...early } = clean;
	assert.throws(
		() => calibration([early, fog], ["run"], cells),
		/run, clean 0: the row has no per-image data/,
	);
});
