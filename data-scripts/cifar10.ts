/**
 * Fetches CIFAR-10: `npx robust-transfer-data cifar10 [--folder FOLDER]`
 *
 * The binary version, 170 MB, is fetched from its author's page, verified and unpacked.
 */
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { readArguments } from "../src/check/read-arguments.js";
import { cifar10Folder } from "../src/tasks/cifar10/dataset.js";
import { checkMd5 } from "./check-md5.js";
import { readChecksums, recordChecksum } from "./checksums.js";
import { type DownloadOptions, download, hashFile } from "./download.js";
import { progressBar } from "./progress.js";
import { unpackFile } from "./unpack-file.js";
import { untarGzip } from "./untar.js";

/** Where the archive is, and what is known of it. */
export const cifar10Archive = {
	url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
	md5: "c32a1d4ab5d03f1284b67883e8d87530",
} as const;

const cifar10Files = [
	"data_batch_1.bin",
	"data_batch_2.bin",
	"data_batch_3.bin",
	"data_batch_4.bin",
	"data_batch_5.bin",
	"test_batch.bin",
];

/** An archive of a binary version, and which of its files are kept. */
export interface CifarArchive {
	readonly title: string;
	readonly files: readonly string[];
}

export interface FetchCifar10Options
	extends Omit<DownloadOptions, "sha256" | "validate" | "onProgress"> {
	readonly folder?: string;
	readonly output?: Parameters<typeof progressBar>[1];
	readonly archive?: { readonly url: string; readonly md5: string };
}

/** The files that are missing; throws where one that is there is not the one that was fetched. */
async function missing(
	folder: string,
	files: readonly string[],
): Promise<string[]> {
	const recorded = await readChecksums(folder);
	const absent: string[] = [];
	for (const file of files) {
		const path = join(folder, file);
		if (!existsSync(path)) {
			absent.push(file);
			continue;
		}
		const known = recorded.get(file);
		if (known !== undefined && (await hashFile(path)) !== known)
			throw new Error(
				`${path} is not as it was fetched: delete it to fetch it again`,
			);
	}
	return absent;
}

async function unpack(
	archive: string,
	folder: string,
	wanted: readonly string[],
): Promise<void> {
	const left = new Set(wanted);
	for await (const { name, bytes } of untarGzip(archive)) {
		const file = basename(name);
		if (!left.delete(file)) continue;
		await recordChecksum(folder, file, await unpackFile(folder, file, bytes));
	}
	if (left.size > 0)
		throw new Error(`${archive} does not hold ${[...left].join(", ")}`);
}

/**
 * Fetches and unpacks a binary version of CIFAR into a folder.
 *
 * Files that are there are verified against the hashes recorded when they were fetched, and kept. The
 * archive is removed once it is unpacked. Throws where it cannot be fetched or is not the published one.
 */
export async function fetchCifar(
	{ title, files }: CifarArchive,
	{
		folder,
		output = process.stderr,
		archive,
		...options
	}: FetchCifar10Options &
		Required<Pick<FetchCifar10Options, "folder" | "archive">>,
): Promise<void> {
	const wanted = await missing(folder, files);
	if (wanted.length === 0) {
		output.write(`${title} is in ${folder} already\n`);
		return;
	}
	await mkdir(folder, { recursive: true });
	const path = join(folder, basename(archive.url));
	const bar = progressBar(title, output);
	try {
		if (existsSync(path)) await checkMd5(path, archive.md5);
		else
			await download(archive.url, path, {
				...options,
				onProgress: bar.update,
				validate: (fetched) => checkMd5(fetched, archive.md5),
			});
	} finally {
		bar.end();
	}
	await unpack(path, folder, wanted);
	await rm(path);
	output.write(`${title} is in ${folder}\n`);
}

/** Fetches and unpacks CIFAR-10 into a folder, `data/cifar10` by default, as `fetchCifar` does. */
export const fetchCifar10 = ({
	folder = cifar10Folder,
	archive = cifar10Archive,
	...options
}: FetchCifar10Options = {}): Promise<void> =>
	fetchCifar(
		{ title: "CIFAR-10", files: cifar10Files },
		{ ...options, folder, archive },
	);

async function main(): Promise<void> {
	const { values } = readArguments({ options: { folder: { type: "string" } } });
	await fetchCifar10(values.folder ? { folder: values.folder } : {});
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
	main().catch((error: Error) => {
		process.stderr.write(`${error.message}\n`);
		process.exitCode = 1;
	});
