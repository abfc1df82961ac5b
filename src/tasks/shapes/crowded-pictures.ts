import type { Dataset } from "../task.js";
import { crowdedScene } from "./crowded-scene.js";
import { type Domain, domains } from "./domain.js";
import { pictures } from "./pictures.js";
import type { Picture } from "./render.js";

/** How many pictures of several things there are, and of which size. */
export interface CrowdedPictureOptions {
	/** Pictures to train on; 2,000 by default. */
	readonly trainImages?: number;
	/** Pictures to test on; 200 by default. */
	readonly testImages?: number;
	/** The sides of the pictures, in pixels; 128 by default. */
	readonly size?: number;
	/** Other pictures for another seed. */
	readonly seed?: number;
	/** The world of the backbones, or that of the transfer; `target` by default. */
	readonly domain?: Domain["name"];
}

const usualSize = 128;

/** Drawn scenes of several things, and the task's name, classes of things and size of pictures that go with them. */
export function crowdedPictures<Target>(
	name: "detection" | "segmentation",
	target: (picture: Picture) => Target,
	{
		trainImages = 2000,
		testImages = 200,
		size = usualSize,
		seed = 0,
		domain: world = "target",
	}: CrowdedPictureOptions,
): {
	readonly name: string;
	readonly things: readonly string[];
	readonly size: number;
	readonly data: {
		readonly train: Dataset<Target>;
		readonly test: Dataset<Target>;
	};
} {
	const domain = domains[world];
	return {
		name: world === "target" ? `shapes-${name}` : `shapes-source-${name}`,
		things: Object.keys(domain.classes),
		size,
		data: pictures(
			{ name, usualSize, scene: crowdedScene, target },
			{ domain, trainImages, testImages, size, seed },
		),
	};
}
