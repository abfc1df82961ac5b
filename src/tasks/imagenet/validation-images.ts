import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { shortHash } from "../../canonical.js";
import { pictureNames } from "../../image/format.js";
import {
	classPictures,
	type Labeled,
	labeledPictures,
	some,
} from "../image-folder/class-pictures.js";
import { foldersIn, pythonSorted } from "../image-folder/picture-tree.js";
import type { Dataset } from "../task.js";
import { checkKnown, groundTruth } from "./ground-truth.js";
import { classOf, wnids } from "./wnids.js";

/** Some of the validation images, the same on every machine. */
export interface ImageSubset {
	/** How many. */
	readonly images: number;
	/** Another one chooses others; 0 by default. */
	readonly seed?: number;
}

/** Which validation images, and where they are. */
export interface ValidationOptions {
	/**
	 * The folder with the images, or with `val`, which has them: in a folder for each class, named by its WordNet id, or
	 * all in one.
	 */
	readonly folder: string;
	/**
	 * Of images in one folder: the devkit's ground truth, which is found by itself in the folder, or a text file with a
	 * line for each image, its name and its class (a WordNet id, or an index in their sorted list), or the class alone.
	 */
	readonly labels?: string;
	/**
	 * The images to use, in their order: `n01440764/ILSVRC2012_val_00000293.JPEG`, or the name alone, with or without
	 * extension; or a text file with one a line, such as RobustBench's 5,000.
	 */
	readonly ids?: readonly string[] | string;
	/** So many images instead of all, chosen by a hash; those of a smaller subset are the first of a larger one. */
	readonly subset?: ImageSubset;
}

const stemOf = (place: string): string => basename(place, extname(place));

/** Images in a folder for each class. */
function inFolders(root: string, folders: readonly string[]): Labeled[] {
	const strange = folders.filter((name) => classOf(name) === undefined);
	if (strange.length > 0)
		throw new Error(
			`${root} has folders that are none of the ${wnids.length} classes: ${some(strange)}; they are named by their WordNet ids, ${wnids[0]} to ${wnids.at(-1)}`,
		);
	return labeledPictures(root, folders).map(({ place }) => ({
		place,
		label: classOf(place.split("/")[0] as string) as number,
	}));
}

/** Images in one folder, and what they are of by another source. */
function inOneFolder(
	root: string,
	{ folder, labels }: ValidationOptions,
): Labeled[] {
	const files = pythonSorted(
		readdirSync(root).filter(
			(name) => !name.startsWith(".") && pictureNames.test(name),
		),
	);
	if (files.length === 0)
		throw new Error(
			`${root} has neither folders of classes, named by their WordNet ids, nor images`,
		);
	const truth = groundTruth(folder, labels);
	return files.map((file) => {
		const label = truth.label(stemOf(file));
		if (label === undefined)
			throw new Error(
				`${truth.path} does not say what ${join(root, file)} is of: images are called as there, ILSVRC2012_val_00000001.JPEG and so on where it has no names`,
			);
		return { place: `${wnids[label]}/${file}`, label, file };
	});
}

function readIds(ids: readonly string[] | string): readonly string[] {
	if (typeof ids !== "string") return ids;
	if (!existsSync(ids)) throw new Error(`there is no file ${ids} of ids`);
	return readFileSync(ids, "utf8")
		.split(/\r?\n/)
		.map((line) => line.trim())
		.filter((line) => line !== "");
}

/** The images of some ids, in their order; throws where one is missing, comes twice or is said to be of another class. */
function chosen(
	all: readonly Labeled[],
	ids: readonly string[],
	root: string,
): Labeled[] {
	const byStem = new Map(all.map((one) => [stemOf(one.place), one]));
	const missing = ids.filter((id) => !byStem.has(stemOf(id)));
	if (missing.length > 0)
		throw new Error(
			`${root} lacks ${missing.length} of ${ids.length} ids: ${some(missing)}`,
		);
	const taken = ids.map((id) => byStem.get(stemOf(id)) as Labeled);
	const known = new Set<string>();
	ids.forEach((id, i) => {
		const { place } = taken[i] as Labeled;
		const [wnid] = place.split("/");
		if (id.includes("/") && id.split("/").at(-2) !== wnid)
			throw new Error(
				`the id ${id} is of another class than ${root} has it in, ${wnid}`,
			);
		if (known.has(place)) throw new Error(`the id ${id} comes twice`);
		known.add(place);
	});
	return taken;
}

/** The images with the lowest hashes of their names and the seed, the lowest first. */
function drawn(
	all: readonly Labeled[],
	{ images, seed = 0 }: ImageSubset,
	root: string,
): Labeled[] {
	if (images > all.length)
		throw new RangeError(
			`subset.images must be at most the ${all.length} images in ${root}, not ${images}`,
		);
	return all
		.map((one) => ({ one, rank: shortHash([seed, stemOf(one.place)]) }))
		.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0))
		.slice(0, images)
		.map(({ one }) => one);
}

/** Throws where two images have one name, since they are called by it. */
function checkNames(all: readonly Labeled[], root: string): void {
	const known = new Map<string, string>();
	for (const { place, label } of all) {
		const stem = stemOf(place);
		const other = known.get(stem);
		if (other !== undefined)
			throw new Error(
				`${root} has two images called ${stem}: ${other} and ${place}`,
			);
		known.set(stem, place);
		checkKnown(stem, label, root);
	}
}

/** Where the images are: in `val` of the folder, or in the folder itself. */
function rootOf(folder: string): string {
	if (!existsSync(folder))
		throw new Error(
			`there is no folder ${folder} of ImageNet: it is had from https://image-net.org, and is unpacked ILSVRC2012_img_val.tar or a folder for each class of it`,
		);
	const below = join(folder, "val");
	return existsSync(below) ? below : folder;
}

/**
 * The validation images of ILSVRC 2012, in either layout; an image has the same id, and draws, in both.
 *
 * The folder is looked for at once, the images are listed when something is asked of them. Targets are indices in the
 * sorted WordNet ids. Throws then where a folder is none of the 1,000 classes, nothing says what an image is of, it is
 * known to be of another class, or a wanted one is missing.
 */
export function validationImages(
	options: ValidationOptions,
	view = "",
): Dataset<number> {
	const { folder, ids, subset } = options;
	const root = rootOf(folder);
	const some = subset
		? `, ${subset.images} by hash (seed ${subset.seed ?? 0})`
		: ids === undefined
			? ""
			: ", by ids";
	return classPictures({
		name: `imagenet/val${some}${view}`,
		ids: "imagenet/val",
		folder: root,
		list() {
			const folders = foldersIn(root);
			const isSorted = folders.some((name) => /^n\d{8}$/.test(name));
			const all = isSorted
				? inFolders(root, folders)
				: inOneFolder(root, options);
			checkNames(all, root);
			if (subset) return drawn(all, subset, root);
			return ids === undefined ? all : chosen(all, readIds(ids), root);
		},
	});
}
