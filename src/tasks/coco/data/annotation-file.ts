import { closeSync, openSync, readSync } from "node:fs";
import type { Instances } from "../instances.js";
import { type Annotation, segmentationRle } from "./annotation.js";
import {
	type AnnotatedImage,
	type Category,
	type Columns,
	type Elements,
	readElements,
} from "./annotation-columns.js";
import { Problems } from "./file-problems.js";

/** A COCO annotation file, of which everything but the masks is held in memory. */
export interface AnnotationFile {
	readonly path: string;
	/** The categories looked for, whose positions the labels are. */
	readonly classes: readonly string[];
	readonly images: readonly AnnotatedImage[];
	/** The labels of the things in an image. */
	labels(image: number): Int32Array;
	/** Everything in the image at a position; masks are read from the file. */
	instances(image: number): Instances;
}

/** Positions by id; ids that come twice are problems. */
function positions(
	what: string,
	ids: readonly number[],
	problems: Problems,
): Map<number, number> {
	const found = new Map<number, number>();
	ids.forEach((id, i) => {
		if (found.has(id)) problems.add(`two ${what} have the id ${id}`);
		found.set(id, i);
	});
	return found;
}

/** The label of each category by its id; undefined for categories that are not looked for. */
function labelsOf(
	categories: readonly Category[],
	classes: readonly string[],
	problems: Problems,
): Map<number, number | undefined> {
	const ids = categories.map(({ id }) => id);
	positions("categories", ids, problems);
	const names = categories.map(({ name }) => name);
	for (const name of classes)
		if (!names.includes(name)) problems.add(`it has no category "${name}"`);
	const wanted = names.map((name) => classes.indexOf(name));
	return new Map(
		ids.map((id, i) => [id, wanted[i]! >= 0 ? wanted[i] : undefined]),
	);
}

/** For each image the rows of its annotations, in the order of the file; and the label of each row. */
function relate(
	{ images, categories, columns }: Elements,
	classes: readonly string[],
	problems: Problems,
) {
	const imageIds = images.map(({ id }) => id);
	const imageAt = positions("images", imageIds, problems);
	const labelAt = labelsOf(categories, classes, problems);
	positions("annotations", columns.id, problems);
	const labels = new Int32Array(columns.id.length);
	const starts = new Uint32Array(images.length + 1);
	const owners = columns.id.map((id, row) => {
		const [image, category] = [columns.image[row]!, columns.category[row]!];
		const owner = imageAt.get(image);
		if (owner === undefined)
			problems.add(`annotation ${id} is of image ${image}, which is not in it`);
		if (!labelAt.has(category))
			problems.add(
				`annotation ${id} is of category ${category}, which is not in it`,
			);
		const label = labelAt.get(category);
		if (owner === undefined || label === undefined) return undefined;
		labels[row] = label;
		starts[owner + 1]!++;
		return owner;
	});
	for (let i = 0; i < images.length; i++) starts[i + 1]! += starts[i]!;
	const next = starts.slice();
	const rows = new Uint32Array(starts.at(-1)!);
	owners.forEach((owner, row) => {
		if (owner !== undefined) rows[next[owner]!++] = row;
	});
	return {
		labels,
		rowsOf: (image: number) => rows.subarray(starts[image], starts[image + 1]),
	};
}

/** The annotations at some rows, from the file. */
function readAgain(
	path: string,
	{ position, length, id }: Columns,
	rows: Uint32Array,
): Annotation[] {
	const file = openSync(path, "r");
	try {
		return Array.from(rows, (row) => {
			const bytes = Buffer.alloc(length[row]!);
			readSync(file, bytes, { position: position[row]! });
			const annotation = parsed(bytes.toString("utf8"));
			if (annotation?.id !== id[row])
				throw new Error(`${path} was changed while it was in use`);
			return annotation as Annotation;
		});
	} finally {
		closeSync(file);
	}
}

function parsed(text: string): Annotation | undefined {
	try {
		return JSON.parse(text) as Annotation;
	} catch {
		return undefined;
	}
}

function masksOf(
	path: string,
	annotations: readonly Annotation[],
	image: AnnotatedImage,
) {
	return annotations.map(({ id, segmentation }) => {
		try {
			return segmentationRle(segmentation, image);
		} catch (error) {
			throw new Error(
				`${path}: annotation ${id} of ${image.file}: ${(error as Error).message}`,
				{ cause: error },
			);
		}
	});
}

const cornersOf = ([left, top, width, height]: Annotation["bbox"]) => [
	left,
	top,
	left + width,
	top + height,
];

/**
 * Reads a COCO annotation file of instances: those of the wanted categories, or of all of them.
 *
 * Takes a few hundred bytes of memory for each annotation, however large its masks: these stay in the file,
 * and are read from there when they are asked for. Throws an `Error` that names the file and what is wrong
 * with it: broken JSON with the position; annotations of images or categories that it does not have, without
 * box, area or mask, or with none but polygons of fewer than three corners; ids that come twice.
 */
export function readAnnotationFile(
	path: string,
	wanted?: readonly string[],
): AnnotationFile {
	const problems = new Problems(path);
	const elements = readElements(path, problems);
	const { images, categories, columns } = elements;
	const classes = wanted ?? categories.map(({ name }) => name);
	const { labels, rowsOf } = relate(elements, classes, problems);
	problems.check();
	const pick = (values: ArrayLike<number>, image: number): number[] =>
		Array.from(rowsOf(image), (row) => values[row]!);
	return {
		path,
		classes,
		images,
		labels: (image) => Int32Array.from(pick(labels, image)),
		instances(image) {
			const shown = images[image];
			if (!shown)
				throw new RangeError(
					`${path} has images 0 to ${images.length - 1}, not ${image}`,
				);
			const annotations = readAgain(path, columns, rowsOf(image));
			const boxes = annotations.map(({ bbox }) => bbox);
			return {
				image: shown.id,
				boxes: Float32Array.from(boxes.flatMap(cornersOf)),
				labels: Int32Array.from(pick(labels, image)),
				masks: masksOf(path, annotations, shown),
				crowd: Uint8Array.from(pick(columns.crowd, image)),
				annotated: {
					ids: Float64Array.from(pick(columns.id, image)),
					boxes: Float64Array.from(boxes.flat()),
					areas: Float64Array.from(pick(columns.area, image)),
					ignored: Uint8Array.from(pick(columns.ignored, image)),
				},
			};
		},
	};
}
