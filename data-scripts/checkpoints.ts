/**
 * Fetches published checkpoints: `npx robust-transfer-data checkpoints [--folder FOLDER] [--list] NAME...`
 *
 * A name is one of the zoo, such as `resnet50/prime`, the beginning of several, such as `resnet50`, or `all`.
 */
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkpointFolder } from "../src/backbones/find-checkpoint.js";
import { zoo } from "../src/backbones/zoo.js";
import type { ZooEntry } from "../src/backbones/zoo-entry.js";
import { didYouMean } from "../src/check/did-you-mean.js";
import { readArguments } from "../src/check/read-arguments.js";
import { readCheckpoint } from "../src/checkpoint/read.js";
import { readChecksums, recordChecksum } from "./checksums.js";
import { type DownloadOptions, download, hashFile } from "./download.js";
import { megabytes, progressBar } from "./progress.js";
import { sourceUrl } from "./sources.js";

type Output = Parameters<typeof progressBar>[1];

export interface FetchOptions
	extends Omit<DownloadOptions, "sha256" | "onProgress"> {
	readonly folder?: string;
	readonly output?: Output;
	/** The checkpoints there are; the zoo by default. */
	readonly entries?: Readonly<Record<string, ZooEntry>>;
}

type Setting = Required<Pick<FetchOptions, "folder" | "output">> &
	DownloadOptions;

/** The names that are meant by a name, the beginning of names, or `all`; throws where none is. */
export function expandName(
	name: string,
	entries: Readonly<Record<string, ZooEntry>> = zoo,
): string[] {
	const names = Object.keys(entries);
	const meant = names.filter(
		(known) => name === "all" || known === name || known.startsWith(`${name}/`),
	);
	if (meant.length > 0) return meant;
	throw new Error(
		`there is no checkpoint "${name}"; there are:\n  ${names.join("\n  ")}${didYouMean(name, names)}`,
	);
}

/** Throws where a file that is there is not the one that was fetched. */
async function verify(path: string, known: string): Promise<string> {
	const sha256 = await hashFile(path);
	if (sha256.startsWith(known)) return sha256;
	throw new Error(
		`${path} has the SHA-256 ${sha256}, but ${known} was recorded: delete it to fetch it again`,
	);
}

async function fromSources(
	entry: ZooEntry,
	path: string,
	{
		known,
		bar,
		setting,
	}: {
		known: string;
		bar: ReturnType<typeof progressBar>;
		setting: Setting;
	},
): Promise<string> {
	const failures: string[] = [];
	for (const source of entry.sources) {
		try {
			const url = await sourceUrl(source, setting.silenceMs ?? 30_000);
			const { sha256 } = await download(url, path, {
				...setting,
				sha256: known,
				onProgress: bar.update,
				// Reads all of it: what is not a whole checkpoint is not kept.
				validate: readCheckpoint,
			});
			return sha256;
		} catch (error) {
			failures.push((error as Error).message);
		}
	}
	throw new Error(failures.join("\n"));
}

/** Fetches one checkpoint, or checks the one that is there; says in one line what was done. */
async function fetchOne(
	name: string,
	entry: ZooEntry,
	setting: Setting,
): Promise<string> {
	const { folder, output } = setting;
	const path = join(folder, entry.file);
	const recorded = (await readChecksums(folder)).get(entry.file);
	const known = recorded ?? entry.sha256 ?? "";
	const isThere = existsSync(path);
	let sha256: string;
	if (isThere) sha256 = await verify(path, known);
	else {
		const bar = progressBar(name, output);
		try {
			sha256 = await fromSources(entry, path, { known, bar, setting });
		} finally {
			bar.end();
		}
	}
	const { size } = await stat(path);
	if (recorded === undefined) await recordChecksum(folder, entry.file, sha256);
	const done = isThere ? "is there already" : "fetched";
	return `${name}: ${path} ${done}, ${megabytes(size)}, SHA-256 ${sha256}`;
}

/**
 * Fetches checkpoints one after another into a folder, `data/checkpoints` by default.
 *
 * One that fails does not keep the others from being fetched; returns how many failed.
 */
export async function fetchCheckpoints(
	names: readonly string[],
	{
		folder = checkpointFolder,
		output = process.stderr,
		entries = zoo,
		...options
	}: FetchOptions = {},
): Promise<number> {
	let failed = 0;
	const setting = { folder, output, ...options };
	for (const name of new Set(
		names.flatMap((one) => expandName(one, entries)),
	)) {
		try {
			const entry = entries[name] as ZooEntry;
			output.write(`${await fetchOne(name, entry, setting)}\n`);
		} catch (error) {
			failed++;
			output.write(`${name}: ${(error as Error).message}\n`);
		}
	}
	return failed;
}

function list(): string {
	const rows = Object.entries(zoo as Record<string, ZooEntry>).map(
		([name, { file, license, clean, mce }]) =>
			[
				name.padEnd(40),
				file.padEnd(58),
				license.padEnd(13),
				(clean?.toFixed(1) ?? "").padStart(5),
				(mce?.toFixed(1) ?? "").padStart(5),
			].join(" "),
	);
	return `${rows.join("\n")}\n`;
}

async function main(): Promise<void> {
	const { values, positionals } = readArguments({
		allowPositionals: true,
		options: { folder: { type: "string" }, list: { type: "boolean" } },
	});
	if (values.list) process.stdout.write(list());
	else if (positionals.length === 0)
		throw new Error(
			"name the checkpoints to fetch, such as resnet50/prime; --list lists them",
		);
	const { folder } = values;
	const failed = await fetchCheckpoints(positionals, folder ? { folder } : {});
	process.exitCode = failed > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
	main().catch((error: Error) => {
		process.stderr.write(`${error.message}\n`);
		process.exitCode = 1;
	});
