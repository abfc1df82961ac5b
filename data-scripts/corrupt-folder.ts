import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, parse } from "node:path";
import { corruptionOf } from "../src/corruptions/built-in.js";
import type { CorruptOptions } from "../src/corruptions/corrupt.js";
import type {
	AnyCorruption,
	Corruption,
	Severity,
} from "../src/corruptions/corruption.js";
import {
	type SentCorruption,
	sent,
} from "../src/corruptions/find-corruption.js";
import { frostSource } from "../src/corruptions/frost-pictures.js";
import { pictureNames } from "../src/image/format.js";
import { mapInWorkers, type PoolOptions } from "../src/parallel/pool.js";

/** Which corrupted copies to write, and who is told how far it is. */
export interface CorruptFolderOptions
	extends Omit<CorruptOptions, "severity" | "id">,
		PoolOptions {
	/** Those of one's own need a `source`, since threads write the copies. */
	readonly corruptions: readonly AnyCorruption[];
	readonly severities: readonly Severity[];
	/** Called after each image with how many copies of how many there are. */
	report?(done: number, total: number): void;
}

/** One corruption at one severity. */
export interface Cell {
	/** Its name, which is that of its folder. */
	readonly name: string;
	readonly corruption: SentCorruption;
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
 * are kept, so that a call after an interruption writes what is missing. Settings and the code of corruptions of one's
 * own are recorded in `corruptions.json`; throws an `Error` where that holds other ones, or where two images have
 * one id.
 */
export async function corruptFolder(
	input: string,
	output: string,
	options: CorruptFolderOptions,
): Promise<FolderSummary> {
	const { corruptions, severities, report, ...others } = options;
	const { workers, inFlight, waiting, ...rest } = others;
	const chosen = corruptions.map(corruptionOf);
	for (const { name, code, source } of chosen)
		if (code !== undefined && source === undefined)
			throw new Error(
				`threads write the copies, and nothing says where they find ${name}: give it a \`source\``,
			);
	await recordSettings(output, rest, chosen);
	const images = await findImages(input);
	const present = await findCopies(output);
	const cells = chosen.flatMap((one) =>
		severities.map(
			(severity): Cell => ({
				name: one.name,
				corruption: sent(one),
				severity,
			}),
		),
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
export function copyPath({ name, severity }: Cell, id: string): string {
	return join(name, String(severity), `${id}.png`);
}

/** What `corruptions.json` holds: settings, and the codes of corruptions of one's own by their names. */
type Recorded = Readonly<Record<string, unknown>> & {
	readonly own?: Readonly<Record<string, string>>;
};

const asText = (recorded: Recorded): string =>
	`${JSON.stringify(recorded, null, "\t")}\n`;

/** Throws where copies that are there were made with other settings, or by another corruption of the same name. */
function checkRecorded(
	output: string,
	{ own: before = {}, ...settings }: Recorded,
	{ own = {}, ...given }: Recorded,
): void {
	if (asText(settings) !== asText(given))
		throw new Error(
			`${output} holds copies made with other settings: ${asText(settings).trim()}, not ${asText(given).trim()}; choose another folder`,
		);
	for (const [name, code] of Object.entries(own))
		if (Object.hasOwn(before, name) && before[name] !== code)
			throw new Error(
				`${output} holds copies of another corruption called "${name}", whose constants or functions were other ones; choose another folder, or remove ${join(output, name)} and its line in corruptions.json`,
			);
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
	chosen: readonly Corruption[],
): Promise<void> {
	const frost = frostSource(frostPictures);
	const codes = chosen.flatMap(({ name, code }) =>
		code === undefined ? [] : [[name, code] as const],
	);
	const settings = { variant, seed, channelOrder, savedAsJpeg, frost };
	const given: Recorded = { ...settings, own: Object.fromEntries(codes) };
	const path = join(output, "corruptions.json");
	const found = await readFile(path, "utf8").catch(() => undefined);
	const before: Recorded = found === undefined ? settings : JSON.parse(found);
	checkRecorded(output, before, given);
	const own = { ...before.own, ...given.own };
	const isAny = Object.keys(own).length > 0;
	const text = asText({ ...settings, ...(isAny && { own }) });
	if (found === text) return;
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
