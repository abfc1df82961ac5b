/** Where the images of a set are, and where their corrupted copies go. */
import { readdir, readFile } from "node:fs/promises";
import {
	basename,
	dirname,
	extname,
	join,
	parse,
	resolve,
	sep,
} from "node:path";
import { pictureNames } from "../src/image/format.js";

/** The layouts of folders: the plain one, that of ImageNet-C, and images beside a COCO annotation file. */
export const folderLayouts = ["images", "imagenet-c", "coco"] as const;

/** A layout of folders. */
export type FolderLayout = (typeof folderLayouts)[number];

/** All layouts: those of folders, and the arrays of CIFAR-10-C. */
export const layouts = [...folderLayouts, "cifar-10-c"] as const;

/** A layout. */
export type Layout = (typeof layouts)[number];

/** How copies are saved: without loss, or as JPEG of quality 85, as the published ImageNet-C is. */
export const imageFormats = ["png", "jpeg"] as const;

/** How copies are saved. */
export type ImageFormat = (typeof imageFormats)[number];

/** One image: where it is, what its draws derive from, and where its copies go, without extension. */
export interface SetImage {
	readonly path: string;
	readonly id: string;
	/** Below the folder of a severity, with `/` between folders. */
	readonly place: string;
}

/** Which images there are. */
export interface ListOptions {
	readonly layout: FolderLayout;
	/** What comes before an image in its id. */
	readonly ids?: string;
	/** Of `coco`: the annotation file. */
	readonly annotations?: string;
}

/** The ends of the names of copies. */
export const extensionOf = (layout: FolderLayout, format: ImageFormat) =>
	format === "png" ? ".png" : layout === "imagenet-c" ? ".JPEG" : ".jpg";

/** What a corruption's folder or array is called: as published, but in the plain layout by its own name. */
export const publishedName = (layout: Layout, name: string): string =>
	layout === "images" ? name : name.replaceAll("-", "_");

/** The last two folders of a path, as tasks call the images in them: `coco/val2017`. */
export function idsOf(folder: string): string {
	const path = resolve(folder);
	return `${basename(dirname(path))}/${basename(path)}`;
}

/** A path below a folder with `/` between folders, whatever the machine has there. */
export const withSlashes = (path: string): string => path.split(sep).join("/");

const withoutExtension = (path: string): string => {
	const { dir, name } = parse(path);
	return withSlashes(join(dir, name));
};

async function picturesBelow(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true });
	return entries
		.filter((entry) => pictureNames.test(entry))
		.map(withSlashes)
		.sort();
}

/** The images that an annotation file names. */
async function annotated(
	annotations: string | undefined,
): Promise<{ id: unknown; file_name: string }[]> {
	if (annotations === undefined)
		throw new Error("the layout coco needs the annotation file");
	const { images } = JSON.parse(await readFile(annotations, "utf8")) as {
		images?: { id: unknown; file_name: string }[];
	};
	if (
		Array.isArray(images) &&
		images.every((one) => typeof one?.file_name === "string" && "id" in one)
	)
		return images;
	throw new Error(
		`${annotations} is no annotation file of COCO: it needs "images", each with "id" and "file_name"`,
	);
}

/**
 * The images of a set: all image files below the folder, or those that the annotation file names.
 *
 * Throws where there is none, or where the copies of two would have one name.
 */
export async function listImages(
	folder: string,
	{ layout, ids = idsOf(folder), annotations }: ListOptions,
): Promise<SetImage[]> {
	const files =
		layout === "coco"
			? (await annotated(annotations)).map(({ id, file_name: file }) => ({
					file,
					id: `${ids}/${id}`,
				}))
			: (await picturesBelow(folder)).map((file) => ({
					file,
					id: layout === "images" ? withoutExtension(file) : `${ids}/${file}`,
				}));
	if (files.length === 0) throw new Error(`${folder} holds no image file`);
	const found = new Map<string, string>();
	return files.map(({ file, id }) => {
		const path = join(folder, file);
		const place = withoutExtension(file);
		const other = found.get(place);
		if (other !== undefined)
			throw new Error(
				`${other} and ${path} would both become ${place}.png; rename one`,
			);
		found.set(place, path);
		return { path, id, place };
	});
}

/** The annotation file of copies: the same bytes, but for the ends of the names of files where copies have other ones. */
export const annotationsOfCopies = (text: string, extension: string): string =>
	text.replace(
		/("file_name"\s*:\s*")((?:[^"\\]|\\.)*)"/g,
		(whole, before: string, file: string) =>
			extname(file) === extension
				? whole
				: `${before}${file.slice(0, file.length - extname(file).length)}${extension}"`,
	);
