/** Fetches zip archives, verifies and unpacks them; what is there already is verified and kept. */
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { checkMd5 } from "./check-md5.js";
import { recordChecksums } from "./checksums.js";
import { type DownloadOptions, download } from "./download.js";
import { progressBar } from "./progress.js";
import { unzip } from "./unzip.js";
import { verifyFiles } from "./verify-files.js";

/** An archive, and what is wanted of it. */
export interface ZipSource {
	/** What it is called in what the user reads. */
	readonly title: string;
	readonly url: string;
	readonly md5: string;
	/** Where a file of the archive goes, below the folder; undefined leaves it out. */
	readonly placeOf: (name: string) => string | undefined;
	/** Whether a file below the folder is from this archive. */
	readonly holds: (place: string) => boolean;
}

export interface FetchZipsOptions
	extends Omit<DownloadOptions, "sha256" | "validate" | "onProgress"> {
	readonly folder: string;
	readonly output: NonNullable<Parameters<typeof progressBar>[1]>;
}

/** Fetches an archive, or verifies the one that is there. */
export async function fetchArchive(
	path: string,
	{ title, url, md5 }: Pick<ZipSource, "title" | "url" | "md5">,
	{ folder: _, output, ...options }: FetchZipsOptions,
): Promise<void> {
	if (existsSync(path)) return checkMd5(path, md5);
	const bar = progressBar(title, output);
	try {
		await download(url, path, {
			...options,
			onProgress: bar.update,
			validate: (fetched) => checkMd5(fetched, md5),
		});
	} finally {
		bar.end();
	}
}

/** Unpacks what is not there yet, and writes down how it was. */
async function unpack(
	path: string,
	{ placeOf }: ZipSource,
	{
		sound,
		folder,
		output,
	}: FetchZipsOptions & { readonly sound: ReadonlySet<string> },
): Promise<void> {
	const bar = progressBar("unpacking", output);
	try {
		const hashes = await unzip(path, folder, {
			onProgress: bar.update,
			placeOf(name) {
				const place = placeOf(name);
				return place !== undefined && sound.has(place) ? undefined : place;
			},
		});
		await recordChecksums(folder, hashes);
	} finally {
		bar.end();
	}
}

/**
 * Fetches and unpacks archives into a folder, one after the other.
 *
 * Files that are there are verified against the hashes recorded when they were unpacked, and kept; an archive of
 * which none is missing is not fetched. Each is removed once it is unpacked. Throws where one cannot be
 * fetched or is not the published one, or a file is not as it was fetched.
 */
export async function fetchZips(
	sources: readonly ZipSource[],
	options: FetchZipsOptions,
): Promise<void> {
	const { folder, output } = options;
	const { sound, missing } = await verifyFiles(folder);
	await mkdir(folder, { recursive: true });
	for (const source of sources) {
		const { title, url, holds } = source;
		if ([...sound].some(holds) && !missing.some(holds)) {
			output.write(`${title} is in ${folder} already\n`);
			continue;
		}
		const path = join(folder, basename(url));
		await fetchArchive(path, source, options);
		await unpack(path, source, { ...options, sound });
		await rm(path);
		output.write(`${title} is in ${folder}\n`);
	}
}
