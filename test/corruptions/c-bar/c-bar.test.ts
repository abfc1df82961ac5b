import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { cifar10CBar } from "../../../src/corruptions/c-bar/cifar-10-c-bar.js";
import { imagenetCBar } from "../../../src/corruptions/c-bar/imagenet-c-bar.js";
import type { Severity } from "../../../src/corruptions/corruption.js";
import { picture } from "../../lcg.js";
import { injectedDraws } from "../injected-draws.js";
import { patchwork } from "../patchwork.js";

interface Case {
	readonly severity: Severity;
	readonly picture: "patchwork" | "picture";
	readonly seed: number;
	readonly sha256: string;
	/** Every 9973rd of its bytes, in base 64. */
	readonly samples: string;
}

interface Reference {
	readonly levels: readonly number[];
	readonly cases: readonly Case[];
}

const sets = [
	{
		title: "imagenet",
		corruptions: imagenetCBar,
		variant: "imagenet-c",
		side: 224,
	},
	{
		title: "cifar-10",
		corruptions: cifar10CBar,
		variant: "cifar-10-c",
		side: 32,
	},
] as const;

for (const { title, corruptions, variant, side } of sets) {
	const path = `../../../../test/fixtures/corruptions/c-bar-${title}.json`;
	const references = JSON.parse(
		readFileSync(new URL(path, import.meta.url), "utf8"),
	) as Record<string, Reference>;

	describe(`the corruptions of C-bar at ${side} x ${side}`, () => {
		test("are the published ones, with the published levels", () => {
			assert.deepEqual(
				corruptions.map(({ name }) => name),
				Object.keys(references),
			);
			for (const { name, constants, group } of corruptions) {
				assert.deepEqual(constants[variant], references[name]!.levels);
				assert.equal(group, "c-bar");
			}
		});

		for (const { name, constants, apply } of corruptions)
			test(`${name}: the reference's bytes from the reference's draws`, () => {
				const { cases } = references[name]!;
				for (const one of cases) {
					const image = (one.picture === "picture" ? picture : patchwork)(
						side,
						side,
					);
					const { data } = apply(image, constants[variant][one.severity - 1], {
						variant,
						draws: injectedDraws(one.seed),
					});
					const where = `severity ${one.severity} of ${one.picture}`;
					const samples = Buffer.from(one.samples, "base64");
					assert.deepEqual(
						Array.from(samples, (_, i) => data[(i * 9973) % data.length]),
						[...samples],
						where,
					);
					const hash = createHash("sha256").update(data).digest("hex");
					assert.equal(hash, one.sha256, where);
				}
			});
	});
}
