import type { Size } from "../../task.js";
import { type Annotation, annotationProblem } from "./annotation.js";
import type { Problems } from "./file-problems.js";
import { type JsonElement, jsonElements } from "./json-elements.js";

/** An image of an annotation file. */
export interface AnnotatedImage extends Size {
	readonly id: number;
	/** Below the folder of images. */
	readonly file: string;
}

/** Numbers of the annotations, in the order of the file. */
export interface Columns {
	readonly id: number[];
	readonly image: number[];
	readonly category: number[];
	/** Four for each. */
	readonly box: number[];
	readonly area: number[];
	readonly crowd: number[];
	readonly ignored: number[];
	/** Where it lies in the file. */
	readonly position: number[];
	readonly length: number[];
}

/** A category of an annotation file. */
export interface Category {
	readonly id: number;
	readonly name: string;
}

/** What an annotation file holds, but for masks. */
export interface Elements {
	readonly images: readonly AnnotatedImage[];
	readonly categories: readonly Category[];
	readonly columns: Columns;
}

function readImage(
	{ value, position }: JsonElement,
	problems: Problems,
): AnnotatedImage[] {
	const { id, file_name, height, width } = (value ?? {}) as Record<
		string,
		unknown
	>;
	const isSide = (side: unknown) => Number.isInteger(side) && Number(side) > 0;
	if (
		Number.isFinite(id) &&
		typeof file_name === "string" &&
		isSide(height) &&
		isSide(width)
	) {
		return [
			{
				id: id as number,
				file: file_name,
				height: height as number,
				width: width as number,
			},
		];
	}
	problems.add(
		`the image at byte ${position} needs an id, a file_name, a height and a width`,
	);
	return [];
}

function addAnnotation(
	columns: Columns,
	{ value, position, length }: JsonElement,
	problems: Problems,
): void {
	const problem = annotationProblem(value);
	if (problem) {
		const { id } = (value ?? {}) as { id?: unknown };
		problems.add(`annotation ${id}, at byte ${position}, ${problem}`);
		return;
	}
	const annotation = value as Annotation;
	columns.id.push(annotation.id);
	columns.image.push(annotation.image_id);
	columns.category.push(annotation.category_id);
	columns.box.push(...annotation.bbox);
	columns.area.push(annotation.area);
	columns.crowd.push(annotation.iscrowd ? 1 : 0);
	columns.ignored.push(annotation.ignore ? 1 : 0);
	columns.position.push(position);
	columns.length.push(length);
}

/** Reads a file once, from the first byte to the last. */
export function readElements(path: string, problems: Problems): Elements {
	const images: AnnotatedImage[] = [];
	const categories: Category[] = [];
	const columns: Columns = {
		id: [],
		image: [],
		category: [],
		box: [],
		area: [],
		crowd: [],
		ignored: [],
		position: [],
		length: [],
	};
	const keys = ["images", "annotations", "categories"];
	const found = new Set<string>();
	for (const element of jsonElements(path, keys)) {
		found.add(element.key);
		if (element.key === "images") images.push(...readImage(element, problems));
		else if (element.key === "categories")
			categories.push(element.value as Category);
		else addAnnotation(columns, element, problems);
	}
	if (images.length === 0) problems.add("it has no images");
	if (categories.length === 0) problems.add("it has no categories");
	return { images, categories, columns };
}
