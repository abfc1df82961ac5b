import { readdirSync } from "node:fs";
import { basename, dirname, extname, join, resolve, sep } from "node:path";
import { shortHash } from "../../canonical.js";
import { type Checks, checkOptions } from "../../check/check-options.js";
import { list, required, text } from "../../check/checks.js";
import { decodeIndices } from "../../image/decode-indices.js";
import { pictureNames } from "../../image/format.js";
import type { Image } from "../../image/image.js";
import type { LabelMap } from "../../image/label-map.js";
import { decodeUpright } from "../../image/orientation.js";
import { fingerprint } from "../fingerprint.js";
import { readAs } from "../read-as.js";
import type { Dataset, Sample } from "../task.js";
import { type LabelValues, labelChecks, labelReader } from "./label-values.js";

/**
 * Two folders: of images, as `decodeImage` reads them, and of a PNG of class indices for each, of the same name but for
 * the `suffixes`.
 */
export interface SegmentationFolderOptions extends LabelValues {
	readonly images: string;
	readonly annotations: string;
	/** What is in it; by default the names of the folder of images and of the one around it. */
	readonly name?: string;
	/** The images to use, by their names without extension; all by default. */
	readonly only?: readonly string[];
	/**
	 * What the names of images and of annotations end with before their extensions, where that differs: of Cityscapes
	 * `["_leftImg8bit", "_gtFine_labelTrainIds"]`.
	 */
	readonly suffixes?: readonly [image: string, annotation: string];
}

/** Checks of what is not about the numbers in annotations. */
export const folderChecks: Checks<
	Omit<SegmentationFolderOptions, keyof LabelValues>
> = {
	images: required(text),
	annotations: required(text),
	name: text,
	only: list(text),
	suffixes: list(text, { length: 2 }),
};

const checks: Checks<SegmentationFolderOptions> = {
	...labelChecks,
	...folderChecks,
};

/** The names of the pictures below a folder, with `/` between folders, in the order of their characters. */
function listPictures(folder: string): string[] {
	let names: string[];
	try {
		names = readdirSync(folder, { recursive: true }) as string[];
	} catch (error) {
		throw new Error(
			`${folder} cannot be listed (${(error as Error).message}): name the folders of images and of annotations`,
			{ cause: error },
		);
	}
	const found = names
		.filter((name) => !basename(name).startsWith("."))
		.filter((name) => pictureNames.test(name))
		.map((name) => name.split(sep).join("/"));
	if (found.length === 0) throw new Error(`${folder} holds no image files`);
	return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

const withoutExtension = (name: string): string =>
	name.slice(0, name.length - extname(name).length);

/** How annotations are called, by the names of their images. */
type Naming = Pick<SegmentationFolderOptions, "images" | "suffixes">;

/** The name of an image without suffix and extension; throws where it has another suffix. */
function stemOf(image: string, { images, suffixes: [own] = ["", ""] }: Naming) {
	const stem = withoutExtension(image);
	if (stem.endsWith(own)) return stem.slice(0, stem.length - own.length);
	throw new Error(
		`the name of ${join(images, image)} does not end with "${own}" of \`suffixes\` before its extension`,
	);
}

const labelsOf = (image: string, naming: Naming): string =>
	`${stemOf(image, naming)}${naming.suffixes?.[1] ?? ""}.png`;

/** The names that are wanted, in their given order; throws where one is not there. */
function choose(
	names: readonly string[],
	{ images, only, suffixes }: SegmentationFolderOptions,
): readonly string[] {
	if (!only) return names;
	const byStem = new Map(
		names.flatMap((name) => [
			[stemOf(name, { images, suffixes }), name],
			[withoutExtension(name), name],
		]),
	);
	return only.map((stem) => {
		const name = byStem.get(stem);
		if (name === undefined) throw new Error(`${images} has no image "${stem}"`);
		return name;
	});
}

/** A hash of the names and fingerprints of the files, and of what the numbers in them mean. */
function contentsOf(
	names: readonly string[],
	options: SegmentationFolderOptions,
): string {
	const { images, annotations, name: _, only: __, ...meaning } = options;
	const files = names.map((name) => [
		name,
		fingerprint(join(images, name)),
		fingerprint(join(annotations, labelsOf(name, options))),
	]);
	return shortHash({ meaning, files });
}

function checkSizes(
	[imagePath, image]: readonly [string, Image],
	[labelsPath, labels]: readonly [string, LabelMap],
): void {
	if (image.height === labels.height && image.width === labels.width) return;
	throw new Error(
		`${labelsPath} has ${labels.height} x ${labels.width} pixels, but ${imagePath} has ${image.height} x ${image.width} (height x width)`,
	);
}

/**
 * Reads a data set of segmentation from a folder of images and one of class indices, file by file.
 *
 * Images are gray or color, and turned as their Exif data say; class indices are gray levels or places in
 * a palette, of up to 16 bits. The folders are listed when something is first asked of them. An example
 * whose image or annotation is missing, damaged or of another size than the other, or has a number that
 * means nothing, throws an error that names the file; the others can be read all the same.
 */
export function segmentationFolder(
	options: SegmentationFolderOptions,
): Dataset<LabelMap> {
	checkOptions("segmentationFolder", options, checks);
	const { images, annotations } = options;
	const folder = resolve(images);
	const { name = `${basename(dirname(folder))}/${basename(folder)}` } = options;
	const readLabels = labelReader(options);
	let listed: readonly string[] | undefined;
	let contents: string | undefined;
	const files = (): readonly string[] => {
		listed ??= choose(listPictures(images), options);
		return listed;
	};
	const at = (index: number): string => {
		const file = files()[index];
		if (file !== undefined) return file;
		throw new RangeError(
			`${name} has images 0 to ${files().length - 1}, not ${index}`,
		);
	};
	return {
		name,
		get contents() {
			contents ??= contentsOf(files(), options);
			return contents;
		},
		get length() {
			return files().length;
		},
		id: (index) => `${name}/${withoutExtension(files()[index] as string)}`,
		place: at,
		sample(index): Sample<LabelMap> {
			const file = at(index);
			const stem = withoutExtension(file);
			const imagePath = join(images, file);
			const labelsPath = join(annotations, labelsOf(file, options));
			const image = readAs(imagePath, decodeUpright);
			const target = readAs(labelsPath, (bytes) =>
				readLabels(decodeIndices(bytes)),
			);
			checkSizes([imagePath, image], [labelsPath, target]);
			return { id: `${name}/${stem}`, image, target };
		},
	};
}
