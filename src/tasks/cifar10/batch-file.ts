import { readFileSync } from "node:fs";
import { readPickle } from "../../checkpoint/read-pickle.js";

/** One file of CIFAR-10, in either layout. */
export interface BatchFile {
	readonly length: number;
	/** The class of an image. */
	label(index: number): number;
	/** The 3 · 32 · 32 bytes of an image: all of its red, then green, then blue. */
	planes(index: number): Uint8Array;
}

/** Pixels on each side. */
export const side = 32;
/** The ten classes, in the order of their labels. */
export const classes = [
	"airplane",
	"automobile",
	"bird",
	"cat",
	"deer",
	"dog",
	"frog",
	"horse",
	"ship",
	"truck",
] as const;

const planeBytes = 3 * side * side;
const recordBytes = 1 + planeBytes;

function checkLabels(path: string, labels: Iterable<unknown>): void {
	for (const label of labels) {
		if (Number.isInteger(label) && classes[label as number]) continue;
		throw new Error(
			`${path} has the label ${label}, not one from 0 to ${classes.length - 1}: it is damaged, or not of CIFAR-10`,
		);
	}
}

function readBinary(path: string): BatchFile {
	const bytes = new Uint8Array(readFileSync(path));
	const length = bytes.length / recordBytes;
	if (!Number.isInteger(length) || length === 0) {
		throw new Error(
			`${path} has ${bytes.length} bytes, no whole number of records of ${recordBytes} bytes: it is truncated, or not of CIFAR-10`,
		);
	}
	const label = (index: number): number => bytes[index * recordBytes]!;
	checkLabels(
		path,
		Array.from({ length }, (_, i) => label(i)),
	);
	return {
		length,
		label,
		planes: (index) =>
			bytes.subarray(index * recordBytes + 1, (index + 1) * recordBytes),
	};
}

function readPickled(path: string): BatchFile {
	const { tensors, other } = readPickle(path);
	const { data } = tensors;
	const labels = (other as { labels?: unknown } | null)?.labels;
	const isBatch =
		data?.dtype === "uint8" &&
		data.shape[1] === planeBytes &&
		Array.isArray(labels) &&
		labels.length === data.shape[0];
	if (!isBatch) {
		throw new Error(
			`${path} is a pickle, but none of CIFAR-10: it lacks "data", bytes of [images, ${planeBytes}], or "labels", one for each image`,
		);
	}
	checkLabels(path, labels);
	const bytes = data.data as Uint8Array;
	return {
		length: labels.length,
		label: (index) => labels[index] as number,
		planes: (index) =>
			bytes.subarray(index * planeBytes, (index + 1) * planeBytes),
	};
}

/**
 * Reads a file of CIFAR-10: `.bin` of the binary version, else a pickle of the Python version.
 *
 * Throws where the file is missing, truncated or something else. Source: the layouts are described at
 * https://www.cs.toronto.edu/~kriz/cifar.html.
 */
export function readBatchFile(path: string): BatchFile {
	return path.endsWith(".bin") ? readBinary(path) : readPickled(path);
}
