/**
 * Fetches data sets that Salman et al. transfer to: `npx robust-transfer-data image-sets pets dtd [--folder FOLDER]`
 *
 * Each goes into a folder of its name below `data`, as `train/<class>/*` and `test/<class>/*`, which
 * `imageFolder({ folder: "data/pets", test: "test" })` reads. The archives are fetched from their authors' pages, which
 * also say how their images may be used.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { didYouMean } from "../src/check/did-you-mean.js";
import { readArguments } from "../src/check/read-arguments.js";
import { fetchImageSet, type ImageSet } from "./fetch-image-set.js";
import type { FetchZipsOptions } from "./fetch-zips.js";

const oxford = "https://www.robots.ox.ac.uk/~vgg/data";

const capitalized = (word: string): string =>
	word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();

/** The breed of `american_bulldog_100`, as torchvision calls it; in this spelling their order is that of their numbers. */
const breedOf = (image: string): string =>
	image.slice(0, image.lastIndexOf("_")).split("_").map(capitalized).join(" ");

const folderOf = (image: string): string =>
	image.slice(0, image.lastIndexOf("/"));

/**
 * The data sets, where their archives are, and what is known of them.
 *
 * Sources: `oxford_iiit_pet.py`, `dtd.py` and `food101.py` of torchvision 0.14; of DTD, the first of its ten splits is
 * taken, and trained on its images for training and for validation, as in microsoft/robust-models-transfer.
 */
export const imageSets = {
	/** 37 breeds, 3,680 images to train on and 3,669 to test on; 0.8 GB. CC BY-SA 4.0. */
	pets: {
		title: "Oxford-IIIT Pet",
		archives: [
			{
				url: `${oxford}/pets/data/images.tar.gz`,
				md5: "5c4f3ee8e5d25df40f4fd59a7f44e54c",
			},
			{
				url: `${oxford}/pets/data/annotations.tar.gz`,
				md5: "95a8c909bbe2e81eed6a22bccdf3f68f",
			},
		],
		lists: {
			train: ["annotations/trainval.txt"],
			test: ["annotations/test.txt"],
		},
		read(line) {
			const [name = ""] = line.split(/\s+/);
			return { image: `images/${name}.jpg`, class: breedOf(name) };
		},
	},
	/** 47 textures, 3,760 images to train on and 1,880 to test on; 0.6 GB. */
	dtd: {
		title: "Describable Textures",
		archives: [
			{
				url: `${oxford}/dtd/download/dtd-r1.0.1.tar.gz`,
				md5: "fff73e5086ae6bdbea199a49dfb8a4c1",
			},
		],
		lists: {
			train: ["dtd/labels/train1.txt", "dtd/labels/val1.txt"],
			test: ["dtd/labels/test1.txt"],
		},
		read: (line) => ({ image: `dtd/images/${line}`, class: folderOf(line) }),
	},
	/** 101 dishes, 75,750 images to train on and 25,250 to test on; 5 GB. */
	food: {
		title: "Food-101",
		archives: [
			{
				url: "http://data.vision.ee.ethz.ch/cvl/food-101.tar.gz",
				md5: "85eeb15f3717b99a5da872d97d918f87",
			},
		],
		lists: {
			train: ["food-101/meta/train.txt"],
			test: ["food-101/meta/test.txt"],
		},
		read: (line) => ({
			image: `food-101/images/${line}.jpg`,
			class: folderOf(line),
		}),
	},
} as const satisfies Readonly<Record<string, ImageSet>>;

export interface FetchImageSetsOptions extends Partial<FetchZipsOptions> {
	readonly sets?: Readonly<Record<string, ImageSet>>;
}

/** Fetches data sets, one after the other, each into a folder of its name below `folder`, which is `data` by default. */
export async function fetchImageSets(
	names: readonly string[],
	{
		folder = "data",
		output = process.stderr,
		sets = imageSets,
		...options
	}: FetchImageSetsOptions = {},
): Promise<void> {
	const known = Object.keys(sets);
	const unknown = names.find((name) => !known.includes(name));
	if (unknown !== undefined)
		throw new Error(
			`there is no data set "${unknown}"; there are ${known.join(", ")}${didYouMean(unknown, known)}`,
		);
	if (names.length === 0)
		throw new Error(`name the data sets to fetch: ${known.join(", ")}`);
	for (const name of names)
		await fetchImageSet(sets[name] as ImageSet, {
			folder: join(folder, name),
			output,
			...options,
		});
}

async function main(): Promise<void> {
	const { values, positionals } = readArguments({
		allowPositionals: true,
		options: { folder: { type: "string" } },
	});
	const { folder } = values;
	await fetchImageSets(positionals, folder ? { folder } : {});
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
	main().catch((error: Error) => {
		process.stderr.write(`${error.message}\n`);
		process.exitCode = 1;
	});
