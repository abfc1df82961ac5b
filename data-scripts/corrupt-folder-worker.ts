/** The job of a worker of `corruptFolder`. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { corrupt } from "../src/corruptions/corrupt.js";
import { findCorruption } from "../src/corruptions/find-corruption.js";
import { readImage } from "../src/image/decode.js";
import { encodePng } from "../src/image/encode.js";
import type { Job } from "../src/parallel/pool.js";
import {
	copyPath,
	type FolderInput,
	type FolderOutput,
	type FolderSettings,
} from "./corrupt-folder.js";

export function startJob({
	output,
	options,
}: FolderSettings): Job<FolderInput, FolderOutput> {
	return {
		async run({ path, id, cells }) {
			let written = 0;
			try {
				const image = await readImage(path);
				for (const cell of cells) {
					const { severity } = cell;
					const corruption = await findCorruption(cell.corruption);
					const copy = corrupt(image, corruption, { ...options, id, severity });
					await writeWhole(join(output, copyPath(cell, id)), encodePng(copy));
					written++;
				}
				return { written };
			} catch (error) {
				const { message } = error as Error;
				const failure = message.includes(path)
					? message
					: `${path}: ${message}`;
				return { written, failure };
			}
		},
	};
}

/** Writes a file that either is there completely or not at all. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
	await mkdir(dirname(path), { recursive: true });
	await writeFile(`${path}.part`, bytes);
	await rename(`${path}.part`, path);
}
