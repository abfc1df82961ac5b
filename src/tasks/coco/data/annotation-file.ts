import { closeSync, openSync, readSync } from "node:fs";
import type { Id, Instances } from "../instances.js";
import { type Rle, rleArea } from "../rle/rle.js";
import {
	type Annotation,
	type Segmentation,
	segmentationRle,
} from "./annotation.js";
import type {
	AnnotatedImage,
	Category,
	Columns,
	Elements,
	Ids,
} from "./annotation-columns.js";
import { type IndexOptions, indexedElements } from "./annotation-index.js";
import { Problems } from "./file-problems.js";
import { parseJson } from "./parse-json.js";

/** A COCO annotation file, of which everything but the masks is held in memory. */
export interface AnnotationFile {
	readonly path: string;
	/**
	 * The categories looked for, whose positions the labels are; the ids of those that share a name are added to it.
	 */
	readonly classes: readonly string[];
	/** Whether there are masks; else only boxes are known. */
	readonly hasMasks: boolean;
	readonly images: readonly AnnotatedImage[];
	/** The labels of the things in an image. */
	labels(image: number): Int32Array;
	/** Everything in the image at a position; masks are read from the file. */
	instances(image: number): Instances;
}

/** Positions by id; ids that come twice are problems. */
function positions(
	what: string,
	ids: Ids,
	problems: Problems,
): Map<Id, number> {
	const found = new Map<Id, number>();
	for (let i = 0; i < ids.length; i++) {
		const id = ids[i]!;
		if (found.has(id))
			problems.add(`two ${what} have the id ${JSON.stringify(id)}`);
		found.set(id, i);
	}
	return found;
}

/** What each category is called here; those of one name are told apart by their ids. */
function namesOf(categories: readonly Category[]): string[] {
	const counts = new Map<string, number>();
	for (const { name } of categories)
		counts.set(name, (counts.get(name) ?? 0) + 1);
	return categories.map(({ id, name }) =>
		counts.get(name) === 1 ? name : `${name} (id ${id})`,
	);
}

/** What is wrong with a class that is looked for; undefined where nothing is. */
function classProblem(
	name: string,
	names: readonly string[],
	categories: readonly Category[],
): string | undefined {
	if (names.includes(name)) return undefined;
	const same = names.filter((_, i) => categories[i]!.name === name);
	if (same.length === 0) return `it has no category "${name}"`;
	const listed = same.map((one) => `"${one}"`).join(" and ");
	return `${same.length} of its categories are called "${name}": look for ${listed}`;
}

/** The label of each category by its id; undefined for categories that are not looked for. */
function labelsOf(
	categories: readonly Category[],
	classes: readonly string[],
	problems: Problems,
): Map<Id, number | undefined> {
	const ids = categories.map(({ id }) => id);
	positions("categories", ids, problems);
	const names = namesOf(categories);
	classes.forEach((name, i) => {
		const problem = classProblem(name, names, categories);
		if (problem) problems.add(problem);
		if (classes.indexOf(name) < i)
			problems.add(`the class "${name}" is looked for twice`);
	});
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
	const owners = Array.from(columns.id, (id, row) => {
		const [image, category] = [columns.image[row]!, columns.category[row]!];
		const owner = imageAt.get(image);
		const stray = (what: string, other: Id): void =>
			problems.add(
				`annotation ${JSON.stringify(id)} is of ${what} ${JSON.stringify(other)}, which is not in it`,
			);
		if (owner === undefined) stray("image", image);
		if (!labelAt.has(category)) stray("category", category);
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
		rows,
		rowsOf: (image: number) => rows.subarray(starts[image], starts[image + 1]),
	};
}

/** Whether there are masks; those that some annotations lack are problems. */
function checkMasks(
	{ masked, id, position }: Columns,
	rows: Uint32Array,
	problems: Problems,
): boolean {
	const hasMasks = rows.some((row) => masked[row] === 1);
	if (!hasMasks) return rows.length === 0;
	for (const row of rows)
		if (masked[row] === 0)
			problems.add(
				`annotation ${JSON.stringify(id[row])}, at byte ${position[row]}, has neither polygons nor runs, as others have (a polygon has at least three corners); to score boxes alone, say boxesOnly: true`,
			);
	return true;
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
		return parseJson(text) as Annotation;
	} catch {
		return undefined;
	}
}

function masksOf(
	path: string,
	annotations: readonly Annotation[],
	image: AnnotatedImage,
): Rle[] {
	return annotations.map(({ id, segmentation }) => {
		try {
			return segmentationRle(segmentation as Segmentation, image);
		} catch (error) {
			throw new Error(
				`${path}: annotation ${JSON.stringify(id)} of ${image.file}: ${(error as Error).message}`,
				{ cause: error },
			);
		}
	});
}

const areaOf = ({ area, bbox }: Annotation, mask: Rle | undefined): number =>
	area ?? (mask ? rleArea(mask) : bbox[2] * bbox[3]);

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
 * and are read from there when they are asked for. A large file is read whole once: after that there is an index of it
 * (`indexedElements`). Where no annotation has a mask, or `boxesOnly` is asked for, things
 * have boxes alone. An area that is not given is that of the mask, or of the box where there is none; pycocotools
 * has no score of such a file. Throws an `Error` that names the file and what is wrong with it: broken JSON with the
 * position; annotations of images or categories that it does not have, without box, without the mask that others
 * have, or with none but polygons of fewer than three corners; ids that come twice; a class that several categories
 * are called.
 */
export function readAnnotationFile(
	path: string,
	wanted?: readonly string[],
	{
		boxesOnly = false,
		index = {},
	}: { readonly boxesOnly?: boolean; readonly index?: IndexOptions } = {},
): AnnotationFile {
	const problems = new Problems(path);
	const elements = indexedElements(path, { problems, boxesOnly }, index);
	const { images, categories, columns } = elements;
	const classes = wanted ?? namesOf(categories);
	const { labels, rows, rowsOf } = relate(elements, classes, problems);
	const hasMasks = checkMasks(columns, rows, problems) && !boxesOnly;
	problems.check();
	const pick = <Value>(values: ArrayLike<Value>, image: number): Value[] =>
		Array.from(rowsOf(image), (row) => values[row]!);
	return {
		path,
		classes,
		hasMasks,
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
			const masks = hasMasks ? masksOf(path, annotations, shown) : [];
			return {
				image: shown.id,
				boxes: Float64Array.from(boxes.flatMap(cornersOf)),
				labels: Int32Array.from(pick(labels, image)),
				masks,
				crowd: Uint8Array.from(pick(columns.crowd, image)),
				annotated: {
					ids: pick(columns.id, image),
					boxes: Float64Array.from(boxes.flat()),
					areas: Float64Array.from(annotations, (annotation, i) =>
						areaOf(annotation, masks[i]),
					),
					ignored: Uint8Array.from(pick(columns.ignored, image)),
				},
			};
		},
	};
}
