/** The job of a worker of `corruptFolder`. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { corrupt } from "../src/corruptions/corrupt.js";
import { findCorruption } from "../src/corruptions/find-corruption.js";
import { centerCrop } from "../src/image/crop.js";
import { decodeImage } from "../src/image/decode.js";
import { encodePng } from "../src/image/encode.js";
import type { Image } from "../src/image/image.js";
import { encodeJpeg } from "../src/image/jpeg/encode.js";
import { orientationOf, turned } from "../src/image/orientation.js";
import { resizeShorter } from "../src/image/resize-shorter.js";
import type { Job } from "../src/parallel/pool.js";
import { makeFolder, writeWhole } from "../src/runs/whole-file.js";
import {
	copyPath,
	type FolderInput,
	type FolderOutput,
	type FolderSettings,
} from "./corrupt-folder.js";

/** The quality of ImageNet-C's files. */
const quality = 85;

/** The middle of an image as networks see it: of 256 pixels, 224, or in proportion. */
function middle(image: Image, side: number): Image {
	const resized = resizeShorter(image, Math.round((side * 256) / 224), {
		filter: "bilinear",
	});
	return centerCrop(resized, { height: side, width: side });
}

async function read(
	path: string,
	{ crop, isTurned }: FolderSettings,
): Promise<Image> {
	const bytes = await readFile(path);
	const decoded = decodeImage(bytes);
	const image = isTurned ? turned(decoded, orientationOf(bytes)) : decoded;
	return crop === undefined ? image : middle(image, crop);
}

export function startJob(
	settings: FolderSettings,
): Job<FolderInput, FolderOutput> {
	const { output, options, extension } = settings;
	const encode = (image: Image) =>
		extension === ".png" ? encodePng(image) : encodeJpeg(image, quality);
	return {
		async run({ path, id, place, cells }) {
			const written: [file: string, sha256: string][] = [];
			try {
				const image = await read(path, settings);
				for (const cell of cells) {
					const { severity } = cell;
					const corruption = await findCorruption(cell.corruption);
					const copy = corrupt(image, corruption, { ...options, id, severity });
					const bytes = encode(copy);
					const file = copyPath(cell, place, extension);
					makeFolder(dirname(join(output, file)));
					writeWhole(join(output, file), bytes);
					const sha256 = createHash("sha256").update(bytes).digest("hex");
					written.push([file, sha256]);
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
