/** Fetches a data set of classification and unpacks it into a folder for each part and class. */
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { recordChecksums } from "./checksums.js";
import { type FetchZipsOptions, fetchArchive } from "./fetch-zips.js";
import { progressBar } from "./progress.js";
import { checkInside, unpackFile } from "./unpack-file.js";
import { untarGzip } from "./untar.js";
import { verifyFiles } from "./verify-files.js";

/** Images of classes in tar archives packed with gzip, and lists that say which is for what. */
export interface ImageSet {
	/** What it is called in what the user reads. */
	readonly title: string;
	readonly archives: readonly { readonly url: string; readonly md5: string }[];
	/** The lists, by their names in the archives. */
	readonly lists: Readonly<Record<"train" | "test", readonly string[]>>;
	/** What a line of a list says: the name of an image in the archives, and its class. */
	readonly read: (line: string) => {
		readonly image: string;
		readonly class: string;
	};
}

/** Names in an archive are written with and without the folder they begin in. */
const plainName = (name: string): string => name.replace(/^\.\//, "");

/** The texts of files in archives, by their names; throws where one is not there. */
async function readTexts(
	archives: readonly string[],
	names: readonly string[],
): Promise<Map<string, string>> {
	const texts = new Map<string, string>();
	for (const archive of archives)
		for await (const { name, bytes } of untarGzip(archive)) {
			const plain = plainName(name);
			if (names.includes(plain))
				texts.set(plain, Buffer.from(bytes).toString("utf8"));
			if (texts.size === names.length) return texts;
		}
	const missing = names.filter((name) => !texts.has(name));
	throw new Error(`${archives.join(" and ")} hold no ${missing.join(", ")}`);
}

/** Where each image goes, below the folder, by its name in the archives. */
async function placesOf(
	archives: readonly string[],
	{ lists, read }: ImageSet,
): Promise<Map<string, string>> {
	const texts = await readTexts(archives, Object.values(lists).flat());
	const places = new Map<string, string>();
	for (const [part, names] of Object.entries(lists))
		for (const name of names)
			for (const line of (texts.get(name) as string).split(/\r?\n/)) {
				if (line.trim() === "") continue;
				const { image, class: one } = read(line.trim());
				const place = `${part}/${one}/${basename(image)}`;
				checkInside(name, place);
				places.set(image, place);
			}
	return places;
}

/** Unpacks the images that are not there yet, and writes down how they were. */
async function unpack(
	archives: readonly string[],
	places: Map<string, string>,
	{
		sound,
		folder,
		output,
	}: FetchZipsOptions & { readonly sound: ReadonlySet<string> },
): Promise<void> {
	const hashes = new Map<string, string>();
	const left = new Map(places);
	const bar = progressBar("unpacking", output);
	let done = 0;
	try {
		for (const archive of archives)
			for await (const { name, bytes } of untarGzip(archive)) {
				const place = left.get(plainName(name));
				if (place === undefined) continue;
				left.delete(plainName(name));
				done += bytes.length;
				bar.update(done, undefined);
				if (sound.has(place)) continue;
				hashes.set(place, await unpackFile(folder, place, bytes));
			}
	} finally {
		bar.end();
	}
	const [first] = left.keys();
	if (first !== undefined)
		throw new Error(
			`${archives.join(" and ")} lack ${left.size} images of their lists, such as ${first}`,
		);
	await recordChecksums(folder, hashes);
}

/**
 * Fetches and unpacks a data set, as `<folder>/train/<class>/*` and `<folder>/test/<class>/*`.
 *
 * Files that are there are verified against the hashes recorded when they were unpacked, and kept. The archives are
 * removed once they are unpacked; until then both need room. Throws where one cannot be fetched or is not the
 * published one, or a file is not as it was fetched.
 */
export async function fetchImageSet(
	set: ImageSet,
	options: FetchZipsOptions,
): Promise<void> {
	const { folder, output } = options;
	const { title, archives } = set;
	const { sound, missing } = await verifyFiles(folder);
	if (sound.size > 0 && missing.length === 0) {
		output.write(`${title} is in ${folder} already\n`);
		return;
	}
	await mkdir(folder, { recursive: true });
	const paths: string[] = [];
	for (const { url, md5 } of archives) {
		const path = join(folder, basename(url));
		await fetchArchive(path, { title, url, md5 }, options);
		paths.push(path);
	}
	await unpack(paths, await placesOf(paths, set), { ...options, sound });
	for (const path of paths) await rm(path);
	output.write(`${title} is in ${folder}\n`);
}
