import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { corruptionOf } from "../src/corruptions/built-in.js";
import type { CorruptOptions } from "../src/corruptions/corrupt.js";
import type {
	AnyCorruption,
	Corruption,
	Severity,
} from "../src/corruptions/corruption.js";
import {
	type SentCorruption,
	sent,
} from "../src/corruptions/find-corruption.js";
import { mapInWorkers, type PoolOptions } from "../src/parallel/pool.js";
import { makeFolder, writeWhole } from "../src/runs/whole-file.js";
import {
	annotationsOfCopies,
	extensionOf,
	type FolderLayout,
	type ImageFormat,
	idsOf,
	listImages,
	publishedName,
	type SetImage,
} from "./set-layout.js";
import { recordHashes, recordManifest } from "./set-manifest.js";
import { writeSet } from "./write-set.js";

/** Which corrupted copies to write, and who is told how far it is. */
export interface CorruptSetOptions
	extends Omit<CorruptOptions, "severity" | "id">,
		PoolOptions {
	/** Those of one's own need a `source`, since threads write the copies. */
	readonly corruptions: readonly AnyCorruption[];
	readonly severities: readonly Severity[];
	/** Called after each image with how many copies of how many there are. */
	report?(done: number, total: number): void;
}

/** Which corrupted copies to write, and where. */
export interface CorruptFolderOptions extends CorruptSetOptions {
	/** `images` by default. */
	readonly layout?: FolderLayout;
	/** `png` by default. */
	readonly format?: ImageFormat;
	/** The sides of the middle, in pixels, that is cut out and corrupted, as a network sees it; all by default. */
	readonly crop?: number;
	/** What comes before an image in its id, but in the layout `images`; the last two folders by default. */
	readonly ids?: string;
	/** Of the layout `coco`: the annotation file. */
	readonly annotations?: string;
}

/** One corruption at one severity. */
export interface Cell {
	/** The folder of its copies, below that of all. */
	readonly folder: string;
	readonly corruption: SentCorruption;
	readonly severity: Severity;
}

/** One image and the copies it lacks: the input of a worker. */
export interface FolderInput extends SetImage {
	readonly cells: readonly Cell[];
}

/** What became of one image: the hashes of the copies that were written, by their places, and what went wrong. */
export interface FolderOutput {
	readonly written: readonly (readonly [file: string, sha256: string])[];
	readonly failure?: string;
}

/** What became of a folder. */
export interface FolderSummary {
	readonly written: number;
	/** Copies that were there before. */
	readonly kept: number;
	/** One line for each image that could not be read or corrupted. */
	readonly failures: readonly string[];
}

/** What is the same for all copies in a folder. */
export interface FolderSettings {
	readonly output: string;
	readonly options: Omit<CorruptOptions, "severity" | "id">;
	readonly extension: string;
	readonly crop?: number;
	/** Whether images are turned as their Exif data say. */
	readonly isTurned: boolean;
}

/** The corruptions themselves; throws for one that no thread finds. */
export function findable(corruptions: readonly AnyCorruption[]): Corruption[] {
	const chosen = corruptions.map(corruptionOf);
	for (const { name, code, source } of chosen)
		if (code !== undefined && source === undefined)
			throw new Error(
				`threads write the copies, and nothing says where they find ${name}: give it a \`source\``,
			);
	return chosen;
}

/** Where the copy of an image is, below the folder of copies. */
export const copyPath = (
	{ folder }: Pick<Cell, "folder">,
	place: string,
	extension: string,
): string => `${folder}/${place}${extension}`;

/**
 * Writes corrupted copies of a set of images, as `<corruption>/<severity>/<place>.png` or as JPEG.
 *
 * The layout `images` has the corruptions' own names and takes all image files below the folder; `imagenet-c` has the
 * published names with underscores and draws as `imageFolder` and ImageNet do; `coco` takes the images of an annotation
 * file, which it copies to `annotations/`, and draws as COCO does. Copies that exist are kept, so that a call after an
 * interruption writes what is missing. Settings, versions and the code of corruptions of one's own are recorded in
 * `corruptions.json`, the hashes of all copies in `SHA256SUMS`; throws an `Error` where the folder holds copies of
 * other settings, or where two images have one place.
 */
export async function corruptFolder(
	input: string,
	output: string,
	options: CorruptFolderOptions,
): Promise<FolderSummary> {
	const { corruptions, severities, report, ...others } = options;
	const { workers, inFlight, waiting, ...rest } = others;
	const { layout = "images", format = "png", crop, ...more } = rest;
	const { ids = idsOf(input), annotations, ...drawn } = more;
	if (format === "jpeg" && drawn.savedAsJpeg)
		throw new Error(
			"savedAsJpeg is of copies without loss; as JPEG, they are saved once",
		);
	const chosen = findable(corruptions);
	const images = await listImages(input, { layout, ids, annotations });
	const cells = chosen.flatMap((one) =>
		severities.map(
			(severity): Cell => ({
				folder: `${publishedName(layout, one.name)}/${severity}`,
				corruption: sent(one),
				severity,
			}),
		),
	);
	const extension = extensionOf(layout, format);
	return writeSet(output, async (present) => {
		const settings = {
			options: drawn,
			layout,
			format,
			...(crop !== undefined && { crop }),
			...(layout !== "images" && { ids }),
		};
		await recordManifest(output, settings, { corruptions: chosen, severities });
		if (annotations !== undefined)
			await copyAnnotations(annotations, output, extension);
		const isTurned = layout === "coco";
		const data = { output, options: drawn, extension, crop, isTurned };
		const pool = { workers, inFlight, waiting };
		return writeMissing({ images, cells, present }, data, { pool, report });
	});
}

/** All copies that there are to be, and the files that are there. */
interface Wanted {
	readonly images: readonly SetImage[];
	readonly cells: readonly Cell[];
	readonly present: ReadonlySet<string>;
}

/** Has threads write the copies that are not there, and records the hashes of all. */
async function writeMissing(
	{ images, cells, present }: Wanted,
	data: FolderSettings,
	{
		pool,
		report,
	}: Pick<CorruptFolderOptions, "report"> & { readonly pool: PoolOptions },
): Promise<FolderSummary> {
	const { output, extension } = data;
	const inputs = images.map((image) => ({
		...image,
		cells: cells.filter(
			(cell) => !present.has(copyPath(cell, image.place, extension)),
		),
	}));
	const total = images.length * cells.length;
	const missing = inputs.reduce((sum, { cells }) => sum + cells.length, 0);
	const pending = inputs.filter(({ cells }) => cells.length > 0);
	const written = new Map<string, string>();
	const failures: string[] = [];
	let done = total - missing;
	report?.(done, total);
	const module = new URL("./corrupt-folder-worker.js", import.meta.url);
	const outputs = mapInWorkers<FolderSettings, FolderInput, FolderOutput>(
		pending,
		{ module, data },
		pool,
	);
	let at = 0;
	for await (const result of outputs) {
		for (const [file, sha256] of result.written) written.set(file, sha256);
		if (result.failure) failures.push(result.failure);
		done += pending[at++]!.cells.length;
		report?.(done, total);
	}
	const copies = images.flatMap(({ place }) =>
		cells.map((cell) => copyPath(cell, place, extension)),
	);
	const isThere = (file: string) => present.has(file) || written.has(file);
	await recordHashes(output, copies.filter(isThere), written);
	return { written: written.size, kept: total - missing, failures };
}

/** Copies the annotation file, with the names that the copies of the images have. */
async function copyAnnotations(
	annotations: string,
	output: string,
	extension: string,
): Promise<void> {
	const folder = join(output, "annotations");
	const text = await readFile(annotations, "utf8");
	makeFolder(folder);
	writeWhole(
		join(folder, basename(annotations)),
		annotationsOfCopies(text, extension),
	);
}
