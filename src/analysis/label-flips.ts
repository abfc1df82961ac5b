import { Random } from "../random.js";
import {
	type Drawn,
	noDraws,
	note,
	type ScoreName,
	scoreNames,
} from "./resample.js";
import type { Units } from "./units.js";

/** Differences in percent that are nearer to each other than this differ in rounding only. */
const rounding = 1e-9;

function drawFlips(flips: Uint8Array, random: Random): void {
	for (let i = 0; i < flips.length; i += 4) {
		const bits = random.uint32();
		for (let k = 0; k < 4; k++) flips[i + k] = bits >>> (8 * k);
	}
}

/**
 * How often the scores of two differ as much by chance: for every image it is drawn which of the two it belongs to,
 * `p = (1 + #{|T*| >= |T|}) / (1 + permutations)`. Null for a difference that is not a number.
 */
export function labelFlips(
	[a, b]: readonly [Units, Units],
	permutations: number,
	seed: number,
): Readonly<Record<ScoreName, number | null>> {
	const exchange = a.exchange(b);
	const random = new Random("label flips", seed);
	const flips = new Uint8Array(4 * Math.ceil(a.count / 32));
	const sides: readonly [Drawn, Drawn] = [
		noDraws(permutations + 1),
		noDraws(permutations + 1),
	];
	for (let s = 0; s <= permutations; s++) {
		const [ofA, ofB] = exchange(flips);
		note(sides[0], s, ofA);
		note(sides[1], s, ofB);
		drawFlips(flips, random);
	}
	const shares = scoreNames.map((name) => {
		const [ofA, ofB] = [sides[0][name], sides[1][name]];
		const differences = ofA.map((score, s) =>
			Math.abs(score - (ofB[s] as number)),
		);
		const [own = Number.NaN] = differences;
		if (Number.isNaN(own)) return [name, null] as const;
		const smaller = differences.filter((one) => one < own - rounding).length;
		// The first is the difference itself.
		const p = (differences.length - smaller) / differences.length;
		return [name, p] as const;
	});
	return Object.fromEntries(shares) as Record<ScoreName, number | null>;
}
