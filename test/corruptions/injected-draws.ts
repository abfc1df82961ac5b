import type { Draws } from "../../src/corruptions/corruption.js";
import { Lcg } from "../lcg.js";

/** The draws of `InjectedDraws` in test/fixtures/corruptions/upstream.py. */
export function injectedDraws(seed: number): Draws {
	const lcg = new Lcg(seed);
	return {
		uniforms: (count, low, high) =>
			new Float64Array(count).map(() => low + (high - low) * lcg.uniform()),
		normals: (count, mean, deviation) =>
			new Float64Array(count).map(() => mean + deviation * lcg.normal()),
		integers: (count, low, high) =>
			new Int32Array(count).map(
				() => low + Math.floor(lcg.uniform() * (high - low)),
			),
		poissons: (levels, rates) =>
			new Uint16Array(levels.length).map((_, i) =>
				Math.floor(2 * rates[levels[i]!]! * lcg.uniform()),
			),
	};
}
