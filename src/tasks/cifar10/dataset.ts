import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fetchCommand } from "../../check/fetch-command.js";
import { createImage, type Image } from "../../image/image.js";
import type { Dataset } from "../task.js";
import {
	type BatchFile,
	type BatchForm,
	readBatchFile,
	side,
} from "./batch-file.js";

/** Where the script puts CIFAR-10, below the folder that the process runs in. */
export const cifar10Folder = join("data", "cifar10");

/** A data set of files of CIFAR, and where they lie. */
export interface CifarForm extends BatchForm {
	/** Of the task and of the script that fetches it. */
	readonly name: string;
	/** The folders in the archives of the two versions. */
	readonly archived: { readonly binary: string; readonly python: string };
}

const cifar10Form: CifarForm = {
	name: "cifar10",
	title: "CIFAR-10",
	classes: 10,
	labelBytes: 1,
	labelsKey: "labels",
	archived: {
		binary: "cifar-10-batches-bin",
		python: "cifar-10-batches-py",
	},
};

/** As they lie in the archives of the two versions, and without their folders. */
function findFile(
	folder: string,
	file: string,
	{ name, title, archived }: CifarForm,
): string {
	const places = [
		`${file}.bin`,
		join(archived.binary, `${file}.bin`),
		file,
		join(archived.python, file),
	];
	const found = places
		.map((place) => join(folder, place))
		.find((path) => existsSync(path) && statSync(path).isFile());
	if (found !== undefined) return found;
	throw new Error(
		`${folder} has no ${file}.bin or ${file} of ${title}: fetch it with\n  ${fetchCommand(name)}\nor name the folder that has it: ${name}({ folder })`,
	);
}

function interleaved(planes: Uint8Array): Image {
	const image = createImage(side, side);
	const pixels = side * side;
	for (let pixel = 0, to = 0; pixel < pixels; pixel++) {
		image.data[to++] = planes[pixel]!;
		image.data[to++] = planes[pixels + pixel]!;
		image.data[to++] = planes[2 * pixels + pixel]!;
	}
	return image;
}

/** A hash of labels and pixels, the same for both layouts. */
function hashOfFiles(files: readonly BatchFile[]): string {
	const hash = createHash("sha256");
	for (const { length, label, planes } of files)
		for (let i = 0; i < length; i++)
			hash.update(Uint8Array.of(label(i))).update(planes(i));
	return hash.digest("hex").slice(0, 8);
}

/**
 * Files of CIFAR, one after another, as one dataset; they are read when something is asked of it.
 *
 * Throws then where one is missing, with the command that fetches it, or damaged.
 */
export function cifarDataset(
	form: CifarForm,
	folder: string,
	{
		split,
		files,
	}: { readonly split: "train" | "test"; readonly files: readonly string[] },
): Dataset<number> {
	const name = `${form.name}/${split}`;
	let read: BatchFile[] | undefined;
	let contents: string | undefined;
	const open = (): BatchFile[] => {
		read ??= files
			.map((file) => findFile(folder, file, form))
			.map((path) => readBatchFile(path, form));
		return read;
	};
	const count = (): number =>
		open().reduce((sum, { length }) => sum + length, 0);
	const at = (index: number): readonly [file: BatchFile, place: number] => {
		let rest = index;
		for (const file of open()) {
			if (Number.isInteger(index) && rest >= 0 && rest < file.length)
				return [file, rest];
			rest -= file.length;
		}
		throw new RangeError(
			`${name} has images 0 to ${count() - 1}, not ${index}`,
		);
	};
	return {
		name,
		get contents() {
			contents ??= hashOfFiles(open());
			return contents;
		},
		get length() {
			return count();
		},
		id: (index) => `${name}/${index}`,
		target(index) {
			const [file, place] = at(index);
			return file.label(place);
		},
		sample(index) {
			const [file, place] = at(index);
			const image = interleaved(file.planes(place));
			return { id: `${name}/${index}`, image, target: file.label(place) };
		},
	};
}

/** Files of CIFAR-10, as `cifarDataset` has them. */
export const cifar10Dataset = (
	folder: string,
	split: "train" | "test",
	files: readonly string[],
): Dataset<number> => cifarDataset(cifar10Form, folder, { split, files });
