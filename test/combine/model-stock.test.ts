/** Model Stock beside mergekit's, and what can be computed by hand. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { NamedTensors } from "../../src/checkpoint/tensor.js";
import type { Combined, Member } from "../../src/combine/combination.js";
import {
	type ModelStockOptions,
	modelStock,
	stockShare,
} from "../../src/combine/model-stock.js";

interface Case {
	readonly shape: readonly number[];
	readonly filterWise: boolean;
	readonly start: readonly number[];
	readonly members: readonly (readonly number[])[];
	readonly wanted: readonly number[];
}

const cases = JSON.parse(
	readFileSync(
		new URL("../../../test/fixtures/combine/model-stock.json", import.meta.url),
		"utf8",
	),
) as Case[];

const member = (tensors: NamedTensors): Member => ({
	run: {} as Member["run"],
	read: async () => tensors,
});

async function stock(
	vectors: readonly (readonly number[])[],
	shape: readonly number[],
	options: ModelStockOptions = {},
): Promise<{ readonly values: number[]; readonly found: unknown }> {
	const rule = modelStock(options);
	const members = vectors.map((values) =>
		member({
			weight: {
				dtype: "float32",
				shape: [...shape],
				data: Float32Array.from(values),
			},
		}),
	);
	const made = rule.make(options);
	const { tensors, found } = (await made.combine(
		members,
		{} as never,
	)) as Combined;
	return {
		values: Array.from(tensors.weight!.data as Float32Array),
		found,
	};
}

function near(found: readonly number[], wanted: readonly number[]): void {
	assert.equal(found.length, wanted.length);
	found.forEach((value, i) => {
		assert.ok(Math.abs(value - wanted[i]!) <= 1e-6, `${found}, not ${wanted}`);
	});
}

describe("Model Stock", () => {
	for (const { shape, filterWise, start, members, wanted } of cases)
		test(`of ${members.length} runs and a tensor [${shape}]${filterWise ? ", by rows," : ""} is mergekit's`, async () => {
			const { values } = await stock([start, ...members], shape, {
				filterWise,
			});
			near(values, wanted);
		});

	test("goes nowhere between right angles, and all the way where all agree", async () => {
		const origin = [0, 0];
		near((await stock([origin, [1, 0], [0, 1]], [2])).values, origin);
		near((await stock([origin, [1, 0], [0.6, 0.8]], [2])).values, [0.6, 0.3]);
		near(
			(
				await stock(
					[
						[1, 1],
						[1, 3],
						[1, 3],
					],
					[2],
				)
			).values,
			[1, 3],
		);
		near([stockShare(0.6, 2), stockShare(0.5, 3)], [0.75, 0.75]);
	});

	test("stays at the start where moves point apart, and says so", async () => {
		const apart = await stock(
			[
				[1, 1],
				[2, 1],
				[0, 1.5],
			],
			[2],
		);
		assert.deepEqual(apart.values, [1, 1]);
		assert.deepEqual(apart.found, { "moves apart": ["weight"] });
		const along = await stock(
			[
				[0, 0],
				[1, 0],
				[1, 1],
			],
			[2],
		);
		assert.equal(along.found, undefined);
	});
});
