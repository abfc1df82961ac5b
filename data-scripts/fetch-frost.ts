import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { frostFiles } from "../src/corruptions/frost-pictures.js";
import { type DownloadOptions, download, hashFile } from "./download.js";
import { progressBar } from "./progress.js";

/** The folders of the two upstream repositories that hold the same six pictures. */
export const frostMirrors = [
	"https://raw.githubusercontent.com/bethgelab/imagecorruptions/c959e659c9713837d2acd7ce785a81202d4be799/imagecorruptions/frost",
	"https://raw.githubusercontent.com/hendrycks/robustness/8190fe329f5f072a06e3a2aea02bb5dda69aed9f/ImageNet-C/create_c",
];

/** The SHA-256 of each picture. */
const digests: Readonly<Record<(typeof frostFiles)[number], string>> = {
	"frost1.png":
		"ff9f907860bd7a835d459e32f9d588062b7f61ee267343cc7222b56753a14755",
	"frost2.png":
		"fe211a89b336999c207a852ce05818d4545d0b57c5beadd824b4cc9d9a9b6137",
	"frost3.png":
		"2d0d50b4a9bb213f38b024ef7768731bb83cc08d2f26b5766bbc167cdfa0e504",
	"frost4.jpg":
		"3f8b91ca1a9fa7167b09e773da53f5ae60d0a1fd88f02a783f6e328a72887f6e",
	"frost5.jpg":
		"5fc6a19df4a429ba68abdcc8f8a4278d4c9f81c9ccafd2c92ab0c8cf8992ebd2",
	"frost6.jpg":
		"1f92b2f48408748085b68dd81d816ef239f42cef3029c25d041fcb6760fb4f25",
};

/** Where the pictures come from, and where progress is drawn. */
export interface FetchFrostOptions
	extends Omit<DownloadOptions, "sha256" | "validate" | "onProgress"> {
	/** Folders to try in turn; default those of the two upstream repositories. */
	readonly mirrors?: readonly string[];
	readonly output?: Parameters<typeof progressBar>[1];
}

/**
 * Fetches the six pictures of the frost corruption into a folder, each checked against its SHA-256.
 *
 * Pictures that are there and whole are kept. Throws an `Error` that says what went wrong at every
 * mirror where none has a picture.
 */
export async function fetchFrost(
	folder = "data/frost",
	options: FetchFrostOptions = {},
): Promise<void> {
	for (const name of frostFiles) {
		const path = join(folder, name);
		if (existsSync(path) && (await hashFile(path)) === digests[name]) continue;
		await rm(path, { force: true });
		await fetchPicture(name, path, options);
	}
}

async function fetchPicture(
	name: (typeof frostFiles)[number],
	path: string,
	{
		mirrors = frostMirrors,
		output = process.stderr,
		...options
	}: FetchFrostOptions,
): Promise<void> {
	const sha256 = digests[name];
	const problems: string[] = [];
	for (const mirror of mirrors) {
		const bar = progressBar(name, output);
		const onProgress = bar.update;
		try {
			const url = `${mirror}/${name}`;
			await download(url, path, { ...options, sha256, onProgress });
			return;
		} catch (error) {
			problems.push((error as Error).message);
		} finally {
			bar.end();
		}
	}
	throw new Error(`${name} could not be fetched:\n${problems.join("\n")}`);
}
