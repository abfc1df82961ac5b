import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, parse } from "node:path";
import type { CorruptOptions } from "../src/corruptions/corrupt.js";
import type {
	CorruptionName,
	Severity,
} from "../src/corruptions/corruption.js";
import { frostSource } from "../src/corruptions/frost-pictures.js";
import { pictureNames } from "../src/image/format.js";
import { mapInWorkers, type PoolOptions } from "../src/parallel/pool.js";

/** Which corrupted copies to write, and who is told how far it is. */
export interface CorruptFolderOptions
	extends Omit<CorruptOptions, "severity" | "id">,
		PoolOptions {
	readonly corruptions: readonly CorruptionName[];
	readonly severities: readonly Severity[];
	/** Called after each image with how many copies of how many there are. */
	report?(done: number, total: number): void;
}

/** One corruption at one severity. */
export interface Cell {
	readonly corruption: CorruptionName;
	readonly severity: Severity;
}

/** One image and the copies it lacks: the input of a worker. */
export interface FolderInput {
	readonly path: string;
	readonly id: string;
	readonly cells: readonly Cell[];
}

/** What became of one image: how many copies were written, and what went wrong. */
export interface FolderOutput {
	readonly written: number;
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
}

/**
 * Writes corrupted copies of all image files below a folder, without loss, as `<corruption>/<severity>/<id>.png`.
 *
 * `id` is the path below the folder without its extension; the draws derive from it. Copies that exist
 * are kept, so that a call after an interruption writes what is missing. Settings are recorded in
 * `corruptions.json`; throws an `Error` where that holds other ones, or where two images have one id.
 */
export async function corruptFolder(
	input: string,
	output: string,
	options: CorruptFolderOptions,
): Promise<FolderSummary> {
	const { corruptions, severities, report, ...others } = options;
	const { workers, inFlight, waiting, ...rest } = others;
	await recordSettings(output, rest);
	const images = await findImages(input);
	const present = await findCopies(output);
	const cells = corruptions.flatMap((corruption) =>
		severities.map((severity) => ({ corruption, severity })),
	);
	const inputs = images.map(({ path, id }) => ({
		path,
		id,
		cells: cells.filter((cell) => !present.has(copyPath(cell, id))),
	}));
	const total = images.length * cells.length;
	const missing = inputs.reduce((sum, { cells }) => sum + cells.length, 0);
	const pending = inputs.filter(({ cells }) => cells.length > 0);
	let [written, done] = [0, total - missing];
	const failures: string[] = [];
	report?.(done, total);
	const settings: FolderSettings = { output, options: rest };
	const module = new URL("./corrupt-folder-worker.js", import.meta.url);
	const outputs = mapInWorkers<FolderSettings, FolderInput, FolderOutput>(
		pending,
		{ module, data: settings },
		{ workers, inFlight, waiting },
	);
	let at = 0;
	for await (const result of outputs) {
		written += result.written;
		if (result.failure) failures.push(result.failure);
		done += pending[at++]!.cells.length;
		report?.(done, total);
	}
	return { written, kept: total - missing, failures };
}

/** Where the copy of an image is, below the folder of copies. */
export function copyPath({ corruption, severity }: Cell, id: string): string {
	return join(corruption, String(severity), `${id}.png`);
}

async function recordSettings(
	output: string,
	{
		seed = 0,
		variant = "any-size",
		channelOrder = "rgb",
		savedAsJpeg = false,
		frostPictures,
	}: FolderSettings["options"],
): Promise<void> {
	const frost = frostSource(frostPictures);
	const settings = { variant, seed, channelOrder, savedAsJpeg, frost };
	const text = `${JSON.stringify(settings, null, "\t")}\n`;
	const path = join(output, "corruptions.json");
	const found = await readFile(path, "utf8").catch(() => undefined);
	if (found === text) return;
	if (found !== undefined) {
		throw new Error(
			`${output} holds copies made with other settings: ${found.trim()}, not ${text.trim()}; choose another folder`,
		);
	}
	await mkdir(output, { recursive: true });
	await writeFile(`${path}.part`, text);
	await rename(`${path}.part`, path);
}

async function findImages(
	folder: string,
): Promise<{ path: string; id: string }[]> {
	const found = new Map<string, string>();
	const entries = await readdir(folder, { recursive: true });
	for (const entry of entries.sort()) {
		if (!pictureNames.test(entry)) continue;
		const { dir, name } = parse(entry);
		const id = join(dir, name).replaceAll("\\", "/");
		const other = found.get(id);
		if (other !== undefined) {
			throw new Error(
				`${other} and ${join(folder, entry)} would both become ${id}.png; rename one`,
			);
		}
		found.set(id, join(folder, entry));
	}
	if (found.size === 0) {
		throw new Error(`${folder} holds no image file`);
	}
	return Array.from(found, ([id, path]) => ({ id, path }));
}

async function findCopies(output: string): Promise<Set<string>> {
	return new Set(await readdir(output, { recursive: true }));
}
