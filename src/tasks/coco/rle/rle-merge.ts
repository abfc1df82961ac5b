import { checkArgument } from "../../../check/check-options.js";
import { oneOf } from "../../../check/checks.js";
import type { Size } from "../../task.js";
import { emptyRle, type Rle } from "./rle.js";

const rules = ["union", "intersection"] as const;
/** Which pixels of two masks a merged one has. */
export type MergeRule = (typeof rules)[number];
const ruleCheck = oneOf(rules);

/** Throws a `RangeError` where two masks are of images of different sizes. */
export function checkSameSize(a: Size, b: Size): void {
	if (a.height === b.height && a.width === b.width) return;
	throw new RangeError(
		`masks of one image must have one size, not ${a.height} x ${a.width} and ${b.height} x ${b.width} (height x width)`,
	);
}

function merged(a: Rle, b: Rle, rule: MergeRule): Rle {
	checkSameSize(a, b);
	const counts: number[] = [];
	const total = a.height * a.width;
	let [nextA, nextB] = [0, 0];
	let [endA, endB] = [0, 0];
	let inside = false;
	let start = 0;
	for (let at = 0; at < total; at = Math.min(endA, endB)) {
		while (endA <= at) endA += a.counts[nextA++]!;
		while (endB <= at) endB += b.counts[nextB++]!;
		// Runs of even index are outside; the next one is one further.
		const inA = nextA % 2 === 0;
		const inB = nextB % 2 === 0;
		if ((rule === "union" ? inA || inB : inA && inB) !== inside) {
			counts.push(at - start);
			start = at;
			inside = !inside;
		}
	}
	counts.push(total - start);
	return { height: a.height, width: a.width, counts: Uint32Array.from(counts) };
}

/**
 * The pixels that are inside one of the masks, or inside all of them; none where there are no masks.
 *
 * Throws a `RangeError` where one is of another size.
 */
export function mergeRles(
	masks: readonly Rle[],
	size: Size,
	rule: MergeRule = "union",
): Rle {
	checkArgument("mergeRles", ["rule", rule], ruleCheck);
	const [first, ...rest] = masks;
	if (!first) return emptyRle(size);
	checkSameSize(size, first);
	return rest.reduce((all, mask) => merged(all, mask, rule), first);
}
