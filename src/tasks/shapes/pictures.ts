import type { Checks } from "../../check/check-options.js";
import { oneOf, whole } from "../../check/checks.js";
import type { Dataset } from "../task.js";
import { type Domain, domains } from "./domain.js";
import { type Picture, render } from "./render.js";
import type { Scene, SceneKey } from "./scene.js";

/** What is drawn, and what of it is to be predicted. */
export interface PictureKind<Target> {
	/** What its data sets are called after the domain: nothing, or `detection`. */
	readonly name?: string;
	/** The size, in pixels, that the name leaves out. */
	readonly usualSize: number;
	readonly scene: (domain: Domain, key: SceneKey) => Scene;
	readonly target: (picture: Picture) => Target;
}

/** How many pictures there are, of which size, of which world. */
export interface PictureOptions {
	readonly domain: Domain;
	readonly trainImages: number;
	readonly testImages: number;
	readonly size: number;
	readonly seed: number;
}

const count = whole({ from: 1 });

/** Checks of pictures by the name of their world, with defaults for what is left out. */
export const pictureChecks: Checks<
	Partial<Omit<PictureOptions, "domain"> & { domain: Domain["name"] }>
> = {
	domain: oneOf(Object.keys(domains)),
	trainImages: count,
	testImages: count,
	size: count,
	seed: whole(),
};

/** Data sets of pictures that are drawn when they are asked for. */
export function pictures<Target>(
	{ name: kind, usualSize, scene, target }: PictureKind<Target>,
	{ domain, trainImages, testImages, size, seed }: PictureOptions,
): { readonly train: Dataset<Target>; readonly test: Dataset<Target> } {
	const world = [
		`shapes-${domain.name}`,
		...(seed === 0 ? [] : [`seed${seed}`]),
		...(size === usualSize ? [] : [`${size}px`]),
		...(kind ? [kind] : []),
	].join("-");
	const dataset = (
		split: "train" | "test",
		length: number,
	): Dataset<Target> => ({
		name: `${world}/${split}`,
		length,
		id: (index) => `${world}/${split}/${index}`,
		place: (index) => `${index}.png`,
		sample(index) {
			if (!(Number.isInteger(index) && index >= 0 && index < length)) {
				throw new RangeError(
					`${world}/${split} has pictures 0 to ${length - 1}, not ${index}`,
				);
			}
			const picture = render(scene(domain, { split, index, seed }), size);
			const id = `${world}/${split}/${index}`;
			return { id, image: picture.image, target: target(picture) };
		},
	});
	return {
		train: dataset("train", trainImages),
		test: dataset("test", testImages),
	};
}
