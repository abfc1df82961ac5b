import assert from "node:assert/strict";
import { test } from "node:test";
import { didYouMean, editDistance } from "../../src/check/did-you-mean.js";

test("the distance of words counts letters put in, left out, replaced and swapped", () => {
	const distances: [string, string, number][] = [
		["fog", "fog", 0],
		["", "fog", 3],
		["fog", "", 3],
		["kitten", "sitting", 3],
		["saturday", "sunday", 3],
		["agument", "augment", 1],
		["ca", "abc", 3],
		["filtre", "filter", 1],
	];
	for (const [a, b, distance] of distances) {
		assert.equal(editDistance(a, b), distance, `${a}, ${b}`);
		assert.equal(editDistance(b, a), distance, `${b}, ${a}`);
	}
});

test("the nearest name is proposed, in whatever case, and none where all are far", () => {
	const names = ["fog", "frost", "gaussian-noise", "gaussian-blur"];
	const meant = (given: unknown) => didYouMean(given, names);
	assert.equal(meant("Frost"), '; did you mean "frost"?');
	assert.equal(meant("gaussian_blur"), '; did you mean "gaussian-blur"?');
	assert.equal(meant("GaussianNoise"), '; did you mean "gaussian-noise"?');
	assert.equal(meant("fgo"), '; did you mean "fog"?');
	for (const far of ["haze", "x", "", 5, undefined, null, {}])
		assert.equal(meant(far), "");
	assert.equal(didYouMean("1", [1, 2]), "");
});
