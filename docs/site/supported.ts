/** Tables of what is supported, made of the tables that the code itself goes by. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getKernelsForBackend } from "@tensorflow/tfjs";
import { architectures } from "../../src/backbones/architectures.js";
import type { ZooEntry } from "../../src/backbones/zoo-entry.js";
import type { ContainerName } from "../../src/checkpoint/detect.js";
import { arrays } from "../../src/checkpoint/tensor.js";
import { convolutions } from "../../src/engine/lowerings/convolution.js";
import { depthwiseConvolutions } from "../../src/engine/lowerings/depthwise.js";
import { elementwise } from "../../src/engine/lowerings/elementwise.js";
import { indexings } from "../../src/engine/lowerings/indexing.js";
import { matrices } from "../../src/engine/lowerings/matrix.js";
import { poolings } from "../../src/engine/lowerings/pooling.js";
import { reductions } from "../../src/engine/lowerings/reduction.js";
import { resizes } from "../../src/engine/lowerings/resize.js";
import { shapes } from "../../src/engine/lowerings/shape.js";
import { lowerings } from "../../src/engine/lowerings/table.js";
import { publishedSets } from "../../src/evaluate/published/sets.js";
import { describeFormat, type Format } from "../../src/image/format.js";
import {
	corruptionNames,
	corruptionVariants,
	parameterCountOf,
	readCheckpoint,
	zoo,
} from "../../src/index.js";
import { markdownTable as table } from "./markdown-table.js";

const code = (name: string): string => `\`${name}\``;
const list = (names: readonly string[]): string => names.map(code).join(", ");

/** Kernels of TensorFlow.js that become ONNX, by kind, and those that stay JavaScript. */
export function operationTable(): string {
	const kinds = {
		convolutions,
		"depthwise convolutions": depthwiseConvolutions,
		"element by element": elementwise,
		indexing: indexings,
		matrices,
		pooling: poolings,
		reductions,
		resizing: resizes,
		shapes,
	};
	const rows = Object.entries(kinds).map(([kind, kernels]) => [
		kind,
		list(Object.keys(kernels)),
	]);
	const known = Object.values(kinds).flatMap((kernels) => Object.keys(kernels));
	const missing = Object.keys(lowerings).filter(
		(name) => !known.includes(name),
	);
	if (missing.length > 0) throw new Error(`${missing} are of no kind`);
	const others = getKernelsForBackend("cpu")
		.map(({ kernelName }) => kernelName)
		.filter((name) => !known.includes(name))
		.sort();
	return table(
		["Kind", "Kernels"],
		[...rows, ["**in JavaScript**", list(others)]],
	);
}

const containers: Readonly<Record<ContainerName, string>> = {
	zip: "`torch.save` since PyTorch 1.6, with pickle or dill",
	legacy: "`torch.save` before, and `_use_new_zipfile_serialization=False`",
	safetensors: "`.safetensors`",
};

/** Files that are no checkpoints, by how they begin. */
const strangers: readonly (readonly [what: string, bytes: string])[] = [
	["gzip", "\x1f\x8b\x08"],
	["HDF5", "\x89HDF"],
	["NumPy", "\x93NUMPY"],
	["a page in place of the file", "<!doctype html>"],
	["something else", "weights"],
];

/** What is said of a file that begins so. */
async function saidOf(folder: string, bytes: string): Promise<string> {
	const path = join(folder, "file");
	writeFileSync(path, Buffer.from(bytes.padEnd(600, " "), "latin1"));
	try {
		await readCheckpoint(path);
	} catch (error) {
		return (error as Error).message.replace(path, "").replace(/^[^\w]*/, "");
	}
	throw new Error(`${JSON.stringify(bytes)} was read as a checkpoint`);
}

/** Containers, dtypes, and what is said of other files. */
export async function checkpointTable(): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), "robust-transfer-site-"));
	const refused: string[][] = [];
	for (const [what, bytes] of strangers)
		refused.push([what, `refused: ${await saidOf(folder, bytes)}`]);
	rmSync(folder, { recursive: true });
	const rows = Object.entries(containers).map(([name, what]) => [
		code(name),
		what,
	]);
	const dtypes = `Tensors of ${list(Object.keys(arrays))}.`;
	return `${table(["Container", "Written by"], [...rows, ...refused])}\n\n${dtypes}`;
}

/** Architectures, their parameters, and the published checkpoints of each. */
export function architectureTable(): string {
	const entries: readonly [string, ZooEntry][] = Object.entries(zoo);
	const rows = Object.entries(architectures).map(([name, architecture]) => {
		const known = entries.filter(([, entry]) => entry.architecture === name);
		return [
			code(name),
			String(architecture.family),
			parameterCountOf(architecture).toLocaleString("en-US"),
			list(known.map(([entry]) => entry)),
		];
	});
	return table(["Architecture", "Family", "Parameters", "In the zoo"], rows);
}

const formats: Readonly<Record<Format, string>> = {
	JPEG: "baseline and progressive; gray, color, CMYK",
	PNG: "all color types and bit depths, interlaced too",
	WebP: "lossy and lossless",
	BMP: "uncompressed: 1, 4 and 8 bits with a palette, 24 and 32 bits",
};

/** Formats of images that are read, and what is said of others. */
export function imageTable(): string {
	const others = ["GIF8", "II*\0", "ftypavi".padStart(11), "8BPS", "P6\n"];
	const refused = others.map((bytes) => [
		describeFormat(Buffer.from(bytes, "latin1")),
		"refused by this name",
	]);
	return table(
		["Format", "What of it"],
		[...Object.entries(formats), ...refused],
	);
}

/** Corruptions, their variants, and sets of corrupted images that are read as published. */
export function corruptionTable(): string {
	return table(
		["Of", "Names"],
		[
			["corruptions", list(corruptionNames)],
			["variants of them", list(corruptionVariants)],
			["published sets", list(Object.keys(publishedSets))],
		],
	);
}
