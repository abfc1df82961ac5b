/**
 * Fetches COCO 2017: `npx robust-transfer-data coco [--folder FOLDER] [--only annotations,val2017]`
 *
 * The annotations (253 MB) and the images for testing (816 MB) and training (19.3 GB) are fetched from their
 * authors' page, verified and unpacked; twice their size must be free meanwhile. The annotations are under CC BY 4.0; the
 * images are under the licenses that the annotations name.
 */
import { pathToFileURL } from "node:url";
import { didYouMean } from "../src/check/did-you-mean.js";
import { readArguments } from "../src/check/read-arguments.js";
import { cocoFolder } from "../src/tasks/coco/coco.js";
import {
	type FetchZipsOptions,
	fetchZips,
	type ZipSource,
} from "./fetch-zips.js";

const page = "http://images.cocodataset.org";
const instances = /^annotations\/instances_(train|val)2017\.json$/;
const imagesOf = (split: string) => (place: string) =>
	place.startsWith(`${split}/`);
const wanted = (holds: (place: string) => boolean) => ({
	holds,
	placeOf: (name: string) => (holds(name) ? name : undefined),
});

/** Where the archives are, and what is known of them. */
export const cocoArchives = {
	annotations: {
		title: "COCO 2017, annotations",
		url: `${page}/annotations/annotations_trainval2017.zip`,
		md5: "f4bbac642086de4f52a3fdda2de5fa2c",
		...wanted((place) => instances.test(place)),
	},
	val2017: {
		title: "COCO 2017, val2017",
		url: `${page}/zips/val2017.zip`,
		md5: "442b8da7639aecaf257c1dceb8ba8c80",
		...wanted(imagesOf("val2017")),
	},
	train2017: {
		title: "COCO 2017, train2017",
		url: `${page}/zips/train2017.zip`,
		md5: "cced6f7f71b7629ddf16f17bbcfab6b2",
		...wanted(imagesOf("train2017")),
	},
} as const satisfies Record<string, ZipSource>;

type ArchiveName = keyof typeof cocoArchives;

export interface FetchCocoOptions extends Partial<FetchZipsOptions> {
	/** The archives to fetch; all by default. */
	readonly only?: readonly string[];
	readonly archives?: Readonly<Record<string, ZipSource>>;
}

/** Fetches and unpacks COCO 2017 into a folder, `data/coco` by default, as `fetchZips` does. */
export async function fetchCoco({
	folder = cocoFolder,
	output = process.stderr,
	archives = cocoArchives,
	only = Object.keys(archives),
	...options
}: FetchCocoOptions = {}): Promise<void> {
	const unknown = only.find((name) => !(name in archives));
	if (unknown !== undefined)
		throw new Error(
			`there is no archive "${unknown}"; there are ${Object.keys(archives).join(", ")}${didYouMean(unknown, Object.keys(archives))}`,
		);
	const sources = only.map((name) => archives[name as ArchiveName]!);
	await fetchZips(sources, { folder, output, ...options });
}

async function main(): Promise<void> {
	const { values } = readArguments({
		options: { folder: { type: "string" }, only: { type: "string" } },
	});
	await fetchCoco({
		...(values.folder && { folder: values.folder }),
		...(values.only && { only: values.only.split(",") }),
	});
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
	main().catch((error: Error) => {
		process.stderr.write(`${error.message}\n`);
		process.exitCode = 1;
	});
