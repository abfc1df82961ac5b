import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
	afterScore,
	noPlateau,
	type Plateau,
} from "../../src/train/plateau.js";

const { learningRate, scores, cases } = JSON.parse(
	readFileSync(
		new URL("../../../test/fixtures/train/plateau.json", import.meta.url),
		"utf8",
	),
) as {
	learningRate: number;
	scores: number[];
	cases: { plateau: Plateau; rates: number[] }[];
};

for (const { plateau, rates } of cases)
	test(`the rates of a plateau are those of PyTorch: ${JSON.stringify(plateau)}`, () => {
		let state = noPlateau;
		scores.forEach((score, i) => {
			state = afterScore(state, score, { ...plateau, learningRate });
			const expected = rates[i] as number;
			const error = Math.abs(learningRate * state.scale - expected);
			assert.ok(error <= 1e-12 * learningRate, `after score ${i}`);
		});
		assert.ok(new Set(rates).size > 1);
	});
