import { shortHash } from "../../canonical.js";
import type { Labeled } from "./class-pictures.js";

/** How pictures are parted into those to train on and those to test on. */
export interface PictureSplit {
	/** The share of each class to test on, above 0 and below 1. */
	readonly share: number;
	/** Another one parts them otherwise; 0 by default. */
	readonly seed?: number;
}

/**
 * Parts pictures into those to train on and those to test on, each in the order given.
 *
 * Of each class the same share is tested on, rounded, but at least one picture, and at least one is trained on: those
 * whose places have the lowest hashes. It depends on nothing but the places and the seed, and a picture that is added
 * moves at most one other. Throws where a class has a single picture.
 */
export function splitPictures(
	pictures: readonly Labeled[],
	{ share, seed = 0 }: PictureSplit,
): { readonly train: Labeled[]; readonly test: Labeled[] } {
	const ofClasses = new Map<number, Labeled[]>();
	for (const picture of pictures) {
		const own = ofClasses.get(picture.label);
		if (own) own.push(picture);
		else ofClasses.set(picture.label, [picture]);
	}
	const tested = new Set<Labeled>();
	for (const own of ofClasses.values()) {
		if (own.length < 2)
			throw new Error(
				`${own[0]?.place} is alone in its class: a split needs at least two, one to train on and one to test on`,
			);
		const ranked = own
			.map((picture) => ({
				picture,
				rank: shortHash([seed, picture.place]),
			}))
			.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
		const most = own.length - 1;
		const count = Math.min(most, Math.max(1, Math.round(share * own.length)));
		for (const { picture } of ranked.slice(0, count)) tested.add(picture);
	}
	return {
		train: pictures.filter((picture) => !tested.has(picture)),
		test: pictures.filter((picture) => tested.has(picture)),
	};
}
