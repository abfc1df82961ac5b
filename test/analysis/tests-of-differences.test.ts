import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { holm } from "../../src/analysis/holm.js";
import { signedRank } from "../../src/analysis/signed-rank.js";
import { centralQuantile, twoSided } from "../../src/analysis/student-t.js";
import { near } from "./near.js";

interface Fixture {
	readonly signedRank: readonly { differences: number[]; p: number }[];
	readonly holm: readonly { p: number[]; raised: number[] }[];
	readonly twoSided: readonly { t: number; degrees: number; p: number }[];
	readonly central: readonly { share: number; degrees: number; t: number }[];
}

// Compiled tests run in dist/test/analysis; their fixtures stay in the source tree.
const file = "../../../test/fixtures/analysis/tests.json";
const fixture: Fixture = JSON.parse(
	readFileSync(new URL(file, import.meta.url), "utf8"),
);

test("signed ranks are SciPy's, exact; with ties, those counted over all patterns of signs", () => {
	assert.ok(fixture.signedRank.length > 10);
	for (const { differences, p } of fixture.signedRank) {
		near(signedRank(differences), p, 1e-12);
		near(signedRank(differences.map((one) => -one)), p, 1e-12);
	}
	assert.equal(signedRank([]), 1);
	// These are 0.1 both, but for rounding.
	near(signedRank([0.3 - 0.2, -0.1]), 1, 0);
});

test("Holm's p-values are those of statsmodels; what has none does not count", () => {
	for (const { p, raised } of fixture.holm)
		holm(p).forEach((value, i) => {
			near(value, raised[i] as number, 1e-12);
		});
	assert.deepEqual(holm([null, 0.02, null, 0.5]), [null, 0.04, null, 0.5]);
	assert.deepEqual(holm([]), []);
});

test("t is SciPy's, for odd and even degrees of freedom", () => {
	for (const { t, degrees, p } of fixture.twoSided) {
		near(twoSided(t, degrees), p, 1e-12);
		near(twoSided(-t, degrees), p, 1e-12);
	}
	// SciPy's quantiles have eight digits far out: for one degree they are tan(pi / 2 * share).
	for (const { share, degrees, t } of fixture.central)
		near(centralQuantile(share, degrees) / t, 1, 1e-8);
	near(centralQuantile(0.999, 1), Math.tan((Math.PI / 2) * 0.999), 1e-9);
	near(twoSided(0, 3), 1, 0);
	near(twoSided(Number.POSITIVE_INFINITY, 4), 0, 1e-15);
});
