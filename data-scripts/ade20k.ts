/**
 * Fetches ADE20K SceneParsing: `node dist/data-scripts/ade20k.js [--folder FOLDER]`
 *
 * The archive, 920 MB, is fetched from its authors' page, verified and unpacked. Its annotations are under
 * the BSD 3-clause license; its images may be used for non-commercial research and education only.
 */
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { ade20kFolder } from "../src/tasks/ade20k/ade20k.js";
import { checkMd5 } from "./check-md5.js";
import { recordChecksums } from "./checksums.js";
import { type DownloadOptions, download } from "./download.js";
import { progressBar } from "./progress.js";
import { unzip } from "./unzip.js";
import { verifyFiles } from "./verify-files.js";

/** Where the archive is, and what is known of it. */
export const ade20kArchive = {
	url: "http://data.csail.mit.edu/places/ADEchallenge/ADEChallengeData2016.zip",
	md5: "7328b3957e407ddae1d3cbf487f149ef",
} as const;

export interface FetchAde20kOptions
	extends Omit<DownloadOptions, "sha256" | "validate" | "onProgress"> {
	readonly folder?: string;
	readonly output?: Parameters<typeof progressBar>[1];
	readonly archive?: { readonly url: string; readonly md5: string };
}

type Setting = Required<
	Pick<FetchAde20kOptions, "folder" | "output" | "archive">
> &
	DownloadOptions;

const inArchive = /^ADEChallengeData2016\//;

async function fetchArchive(
	path: string,
	{ archive, output, ...options }: Setting,
): Promise<void> {
	if (existsSync(path)) return checkMd5(path, archive.md5);
	const bar = progressBar("ADE20K", output);
	try {
		await download(archive.url, path, {
			...options,
			onProgress: bar.update,
			validate: (fetched) => checkMd5(fetched, archive.md5),
		});
	} finally {
		bar.end();
	}
}

/** Unpacks what is not there yet, and writes down how it was. */
async function unpack(
	path: string,
	sound: ReadonlySet<string>,
	{ folder, output }: Setting,
): Promise<void> {
	const bar = progressBar("unpacking", output);
	try {
		const hashes = await unzip(path, folder, {
			onProgress: bar.update,
			placeOf(name) {
				const place = name.replace(inArchive, "");
				return sound.has(place) ? undefined : place;
			},
		});
		await recordChecksums(folder, hashes);
	} finally {
		bar.end();
	}
}

/**
 * Fetches and unpacks ADE20K into a folder, `data/ade20k` by default.
 *
 * Files that are there are verified against the hashes recorded when they were unpacked, and kept. The
 * archive is removed once it is unpacked. Throws where it cannot be fetched or is not the published one.
 */
export async function fetchAde20k({
	folder = ade20kFolder,
	output = process.stderr,
	archive = ade20kArchive,
	...options
}: FetchAde20kOptions = {}): Promise<void> {
	const setting = { folder, output, archive, ...options };
	const { sound, missing } = await verifyFiles(folder);
	if (sound.size > 0 && missing.length === 0) {
		output.write(`ADE20K is in ${folder} already\n`);
		return;
	}
	await mkdir(folder, { recursive: true });
	const path = join(folder, basename(archive.url));
	await fetchArchive(path, setting);
	await unpack(path, sound, setting);
	await rm(path);
	output.write(`ADE20K is in ${folder}\n`);
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { folder: { type: "string" } } });
	await fetchAde20k(values.folder ? { folder: values.folder } : {});
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
	main().catch((error: Error) => {
		process.stderr.write(`${error.message}\n`);
		process.exitCode = 1;
	});
