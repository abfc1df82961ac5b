import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedData } from "../../shared-data.js";

const { path: folder } = sharedData("data");

/** Why tests on real images are skipped, or false where the images are there. */
export const { skip } = sharedData("data/coco_semantic");

/** The folders of three validation images of ADE20K. */
export const ade20kFolders = {
	images: join(folder, "ade20k", "images"),
	annotations: join(folder, "ade20k", "annotations"),
	name: "ade20k/some",
};

/** The folders of forty images of COCO. */
export const cocoFolders = {
	images: join(folder, "coco_semantic", "images"),
	annotations: join(folder, "coco_semantic", "labels"),
	name: "coco-semantic/val2017",
};

/** The names of COCO's classes, and their values in the annotations. */
export function cocoClasses(): { names: string[]; values: number[] } {
	const path = join(folder, "coco_semantic", "classes.yaml");
	const lines = [...readFileSync(path, "utf8").matchAll(/^ +(\d+): (.+)$/gm)];
	const classes = lines
		.map(([, value, name]) => [Number(value), name as string] as const)
		.filter(([value]) => value > 0)
		.sort(([a], [b]) => a - b);
	return {
		names: classes.map(([, name]) => name),
		values: classes.map(([value]) => value),
	};
}

/** The first so many images of COCO, by their names. */
export const cocoImages = (count: number): string[] =>
	readdirSync(cocoFolders.images)
		.sort()
		.slice(0, count)
		.map((name) => name.replace(".jpg", ""));
