import { readFileSync } from "node:fs";
import { readPickle } from "../../checkpoint/read-pickle.js";

/** In what files of CIFAR-10 and CIFAR-100 differ. */
export interface BatchForm {
	/** What errors call the data set. */
	readonly title: string;
	/** How many there are. */
	readonly classes: number;
	/** Bytes before the pixels of an image in the binary version, the last of which is its class. */
	readonly labelBytes: number;
	/** What the Python version calls the classes of its images. */
	readonly labelsKey: string;
}

/** One file of CIFAR, in either version. */
export interface BatchFile {
	readonly length: number;
	/** The class of an image. */
	label(index: number): number;
	/** The 3 · 32 · 32 bytes of an image: all of its red, then green, then blue. */
	planes(index: number): Uint8Array;
}

/** Pixels on each side. */
export const side = 32;
const planeBytes = 3 * side * side;

function checkLabels(
	path: string,
	labels: Iterable<unknown>,
	{ title, classes }: BatchForm,
): void {
	for (const label of labels) {
		const index = label as number;
		if (Number.isInteger(label) && index >= 0 && index < classes) continue;
		throw new Error(
			`${path} has the label ${label}, not one from 0 to ${classes - 1}: it is damaged, or not of ${title}`,
		);
	}
}

function readBinary(path: string, form: BatchForm): BatchFile {
	const { title, labelBytes } = form;
	const recordBytes = labelBytes + planeBytes;
	const bytes = new Uint8Array(readFileSync(path));
	const length = bytes.length / recordBytes;
	if (!Number.isInteger(length) || length === 0) {
		throw new Error(
			`${path} has ${bytes.length} bytes, no whole number of records of ${recordBytes} bytes: it is truncated, or not of ${title}`,
		);
	}
	const label = (index: number): number =>
		bytes[index * recordBytes + labelBytes - 1]!;
	checkLabels(
		path,
		Array.from({ length }, (_, i) => label(i)),
		form,
	);
	return {
		length,
		label,
		planes: (index) =>
			bytes.subarray(
				index * recordBytes + labelBytes,
				(index + 1) * recordBytes,
			),
	};
}

function readPickled(path: string, form: BatchForm): BatchFile {
	const { title, labelsKey } = form;
	const { tensors, other } = readPickle(path);
	const { data } = tensors;
	const labels = (other as Record<string, unknown> | null)?.[labelsKey];
	const isBatch =
		data?.dtype === "uint8" &&
		data.shape[1] === planeBytes &&
		Array.isArray(labels) &&
		labels.length === data.shape[0];
	if (!isBatch) {
		throw new Error(
			`${path} is a pickle, but none of ${title}: it lacks "data", bytes of [images, ${planeBytes}], or "${labelsKey}", one for each image`,
		);
	}
	checkLabels(path, labels, form);
	const bytes = data.data as Uint8Array;
	return {
		length: labels.length,
		label: (index) => labels[index] as number,
		planes: (index) =>
			bytes.subarray(index * planeBytes, (index + 1) * planeBytes),
	};
}

/**
 * Reads a file of CIFAR-10 or CIFAR-100: `.bin` of the binary version, else a pickle of the Python version.
 *
 * Throws where the file is missing, truncated or something else. Source: the layouts are described at
 * https://www.cs.toronto.edu/~kriz/cifar.html.
 */
export function readBatchFile(path: string, form: BatchForm): BatchFile {
	return path.endsWith(".bin")
		? readBinary(path, form)
		: readPickled(path, form);
}
