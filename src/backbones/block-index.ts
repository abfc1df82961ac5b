import type { LayerIndex } from "./family.js";

/** Where a weight stands: the stem, or a block of a stage, both from 0. */
export type Place = "stem" | { readonly stage: number; readonly block: number };

const sum = (numbers: readonly number[]): number =>
	numbers.reduce((total, number) => total + number, 0);

/** Counts each block as a layer, from the stem, 0; what has no place goes with the head. */
export function blockIndex(
	depths: readonly number[],
	placeOf: (name: string) => Place | undefined,
): LayerIndex {
	const last = sum(depths) + 1;
	return {
		last,
		of(name) {
			const place = placeOf(name);
			if (place === undefined) return last;
			if (place === "stem") return 0;
			return sum(depths.slice(0, place.stage)) + place.block + 1;
		},
	};
}
