import type { Size } from "../../task.js";
import type { Id } from "../instances.js";
import {
	type Annotation,
	annotationProblem,
	hasMask,
	isId,
} from "./annotation.js";
import type { Problems } from "./file-problems.js";
import { type JsonElement, jsonElements } from "./json-elements.js";

/** An image of an annotation file. */
export interface AnnotatedImage extends Size {
	readonly id: Id;
	/** Below the folder of images. */
	readonly file: string;
}

/** Ids one after another. */
export type Ids = Float64Array | readonly Id[];

/** What there is of the annotations, in the order of the file. */
export interface Columns {
	readonly id: Ids;
	readonly image: Ids;
	readonly category: Ids;
	/** 1 where there is a mask. */
	readonly masked: Uint8Array;
	readonly crowd: Uint8Array;
	readonly ignored: Uint8Array;
	/** Where it lies in the file. */
	readonly position: Float64Array;
	readonly length: Float64Array;
}

/** The columns while they are read. */
type Growing = { readonly [Name in keyof Columns]: Id[] };

const idsOf = (ids: readonly Id[]): Ids =>
	ids.every((id) => typeof id === "number") ? Float64Array.from(ids) : ids;

/** Takes no more memory than there must be. */
function compact({ id, image, category, ...numbers }: Growing): Columns {
	const { masked, crowd, ignored, position, length } = numbers as Record<
		keyof typeof numbers,
		number[]
	>;
	return {
		id: idsOf(id),
		image: idsOf(image),
		category: idsOf(category),
		masked: Uint8Array.from(masked),
		crowd: Uint8Array.from(crowd),
		ignored: Uint8Array.from(ignored),
		position: Float64Array.from(position),
		length: Float64Array.from(length),
	};
}

/** A category of an annotation file. */
export interface Category {
	readonly id: Id;
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
		isId(id) &&
		typeof file_name === "string" &&
		isSide(height) &&
		isSide(width)
	) {
		return [
			{
				id,
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

function readCategory(
	{ value, position }: JsonElement,
	problems: Problems,
): Category[] {
	const { id, name } = (value ?? {}) as Record<string, unknown>;
	if (isId(id) && typeof name === "string") return [{ id, name }];
	problems.add(`the category at byte ${position} needs an id and a name`);
	return [];
}

function addAnnotation(
	columns: Growing,
	{ value, position, length }: JsonElement,
	{ problems, boxesOnly }: { problems: Problems; boxesOnly: boolean },
): void {
	const problem = annotationProblem(value, { boxesOnly });
	if (problem) {
		const { id } = (value ?? {}) as { id?: unknown };
		const named = JSON.stringify(id);
		problems.add(`annotation ${named}, at byte ${position}, ${problem}`);
		return;
	}
	const annotation = value as Annotation;
	columns.id.push(annotation.id);
	columns.image.push(annotation.image_id);
	columns.category.push(annotation.category_id);
	columns.masked.push(Number(!boxesOnly && hasMask(annotation)));
	columns.crowd.push(annotation.iscrowd ? 1 : 0);
	columns.ignored.push(annotation.ignore ? 1 : 0);
	columns.position.push(position);
	columns.length.push(length);
}

/** Reads a file once, from the first byte to the last; of boxes only, as if it had no masks. */
export function readElements(
	path: string,
	{ problems, boxesOnly }: { problems: Problems; boxesOnly: boolean },
): Elements {
	const images: AnnotatedImage[] = [];
	const categories: Category[] = [];
	const columns: Growing = {
		id: [],
		image: [],
		category: [],
		masked: [],
		crowd: [],
		ignored: [],
		position: [],
		length: [],
	};
	const keys = ["images", "annotations", "categories"];
	for (const element of jsonElements(path, keys)) {
		if (element.key === "images") images.push(...readImage(element, problems));
		else if (element.key === "categories")
			categories.push(...readCategory(element, problems));
		else addAnnotation(columns, element, { problems, boxesOnly });
	}
	if (new Set(images.map(({ id }) => typeof id)).size > 1)
		problems.add("some ids of its images are numbers and some are texts");
	if (images.length === 0) problems.add("it has no images");
	if (categories.length === 0) problems.add("it has no categories");
	return { images, categories, columns: compact(columns) };
}
