import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { shortHash } from "../../../canonical.js";
import { type Checks, checkOptions } from "../../../check/check-options.js";
import { flag, list, required, text, that } from "../../../check/checks.js";
import type { Image } from "../../../image/image.js";
import { decodeUpright } from "../../../image/orientation.js";
import { hashOfFile } from "../../hash-of-file.js";
import { readAs } from "../../read-as.js";
import type { Dataset } from "../../task.js";
import type { Id, Instances } from "../instances.js";
import type { AnnotatedImage } from "./annotation-columns.js";
import { type AnnotationFile, readAnnotationFile } from "./annotation-file.js";

/** Images and the file that says what is in them. */
export interface AnnotatedImagesOptions {
	/** What they are called: `coco/val2017`. */
	readonly name: string;
	/** A COCO annotation file of instances. */
	readonly annotations: string;
	/** The folder of the images. */
	readonly images: string;
	/** The categories to find; all of the file by default. */
	readonly classes?: readonly string[];
	/** The images to use, by their ids; all by default. */
	readonly only?: readonly Id[];
	/** Whether masks are left out, as where some things have none; by default where none has one. */
	readonly boxesOnly?: boolean;
	/**
	 * Whether images in which there is nothing to find, and those of less than 32 pixels in height or
	 * width, are left out, as mmdetection does in training.
	 */
	readonly training?: boolean;
}

/** An id of an annotation file. */
export const idCheck = that(
	"an id, a whole number or text",
	(value) => Number.isInteger(value) || typeof value === "string",
);

const checks: Checks<AnnotatedImagesOptions> = {
	name: required(text),
	annotations: required(text),
	images: required(text),
	classes: list(text),
	only: list(idCheck),
	boxesOnly: flag,
	training: flag,
};

interface Opened {
	readonly file: AnnotationFile;
	/** Of the images in use. */
	readonly positions: readonly number[];
}

const leastSide = 32;
const mostNamed = 3;

function positionsOf(
	file: AnnotationFile,
	{ only, training }: AnnotatedImagesOptions,
): number[] {
	const all = [...file.images.keys()];
	const byId = new Map(all.map((i) => [file.images[i]!.id, i]));
	const wanted = only?.map((id) => {
		const position = byId.get(id);
		if (position === undefined)
			throw new Error(
				`${file.path} has no image with the id ${JSON.stringify(id)}`,
			);
		return position;
	});
	const isOfUse = (i: number): boolean => {
		const { height, width } = file.images[i]!;
		return Math.min(height, width) >= leastSide && file.labels(i).length > 0;
	};
	return (wanted ?? all).filter((i) => !training || isOfUse(i));
}

/** Throws where images are not in their folder. */
function checkFiles(
	folder: string,
	images: readonly AnnotatedImage[],
	annotations: string,
): void {
	if (!existsSync(folder))
		throw new Error(`there is no folder ${folder} with the images`);
	const listed = new Set(readdirSync(folder));
	const missing = images.filter(
		({ file }) => !listed.has(file) && !existsSync(join(folder, file)),
	);
	if (missing.length === 0) return;
	const named = missing.slice(0, mostNamed).map(({ file }) => file);
	const rest = missing.length - named.length;
	throw new Error(
		`${folder} lacks ${named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""} of the ${images.length} images in ${annotations}`,
	);
}

function open(options: AnnotatedImagesOptions): Opened {
	const { name, annotations, images, classes } = options;
	const file = readAnnotationFile(annotations, classes, options);
	if (options.training && !file.hasMasks)
		throw new Error(
			`${annotations} has boxes only: it can be tested on, but Mask R-CNN is trained by masks too`,
		);
	const positions = positionsOf(file, options);
	if (positions.length === 0)
		throw new Error(`${annotations} has no image of use for ${name}`);
	const used = positions.map((i) => file.images[i]!);
	checkFiles(images, used, annotations);
	return { file, positions };
}

/** A hash of the annotation file, and of what of it is used. */
const contentsOf = ({
	annotations,
	classes,
	only,
	training = false,
	boxesOnly = false,
}: AnnotatedImagesOptions): string =>
	shortHash({
		file: hashOfFile(annotations),
		classes,
		only,
		training,
		...(boxesOnly && { boxesOnly }),
	});

function readImage(
	path: string,
	{ height, width }: AnnotatedImage,
	annotations: string,
): Image {
	const image = readAs(path, decodeUpright);
	if (image.height === height && image.width === width) return image;
	throw new Error(
		`${path} has ${image.height} x ${image.width} pixels (height x width), but ${height} x ${width} in ${annotations}`,
	);
}

/** Images with the instances in them, and the names of their classes. */
export interface AnnotatedImages extends Dataset<Instances> {
	readonly classes: readonly string[];
	/** 1 for images wider than high, 0 for others: a batch is of one kind, as in mmdetection. */
	group(index: number): number;
	place(index: number): string;
	target(index: number): Instances;
}

/**
 * Images and what is in them, from a COCO annotation file; it is read when something is asked of it.
 *
 * Targets hold all annotations, crowds too. Images are turned as their Exif data say. Throws where the file
 * is damaged (`readAnnotationFile`) or images are missing; `sample` where an image is damaged or of
 * another size than in the file.
 */
export function annotatedImages(
	options: AnnotatedImagesOptions,
): AnnotatedImages {
	checkOptions("annotatedImages", options, checks);
	const { name, annotations, images } = options;
	let opened: Opened | undefined;
	let contents: string | undefined;
	const opening = (): Opened => {
		opened ??= open(options);
		return opened;
	};
	const entry = (index: number) => {
		const { file, positions } = opening();
		const position = positions[index];
		const shown = file.images[position ?? -1];
		if (position === undefined || shown === undefined)
			throw new RangeError(
				`${name} has images 0 to ${positions.length - 1}, not ${index}`,
			);
		return { position, shown };
	};
	return {
		name,
		get contents() {
			contents ??= contentsOf(options);
			return contents;
		},
		get classes() {
			return opening().file.classes;
		},
		get length() {
			return opening().positions.length;
		},
		group(index) {
			const { height, width } = entry(index).shown;
			return width > height ? 1 : 0;
		},
		id: (index) => `${name}/${entry(index).shown.id}`,
		place: (index) => entry(index).shown.file,
		target: (index) => opening().file.instances(entry(index).position),
		sample(index) {
			const { position, shown } = entry(index);
			return {
				id: `${name}/${shown.id}`,
				image: readImage(join(images, shown.file), shown, annotations),
				target: opening().file.instances(position),
			};
		},
	};
}
