import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { wnids } from "../../../src/tasks/imagenet/wnids.js";
import { sharedData } from "../../shared-data.js";
import { drawn } from "../image-folder/fixture.js";

interface Outputs {
	/** The five largest of each image, the largest first. */
	readonly best: readonly (readonly number[])[];
	/** The first five of each image. */
	readonly logits: readonly (readonly number[])[];
}

const path = (file: string): URL =>
	new URL(`../../../../test/fixtures/tasks/${file}`, import.meta.url);

/** What torchvision sees and networks make of real images; see make_imagenet.py. */
export const fixture = JSON.parse(
	readFileSync(path("imagenet.json"), "utf8"),
) as {
	readonly seen: readonly string[];
	readonly mobilenet: Outputs;
	readonly resnet: Outputs;
};

/** A `meta.mat` as the devkit's, in which number k is the class 7 k mod 1,000. */
export const metaFile = readFileSync(path("imagenet-meta.mat"));

/** The number that the class has there. */
export function numberOf(label: number): number {
	for (let k = 1; k <= wnids.length; k++)
		if ((7 * k) % wnids.length === label) return k;
	throw new RangeError(`there is no class ${label}`);
}

export const realImages = sharedData("data/imagenet");

/** The real images in the order of the fixture: file and class. */
export const realLabels = (): {
	readonly file: string;
	readonly label: number;
	readonly wnid: string;
}[] =>
	readFileSync(join(realImages.path, "labels.tsv"), "utf8")
		.trim()
		.split("\n")
		.slice(1)
		.map((line) => {
			const [file = "", label, wnid = ""] = line.split("\t");
			return { file, label: Number(label), wnid };
		});

/** Links to the real images in a folder for each class. */
export function linkRealImages(folder: string, count?: number): void {
	for (const { file, wnid } of realLabels().slice(0, count)) {
		mkdirSync(join(folder, wnid), { recursive: true });
		symlinkSync(
			join(realImages.path, "images", file),
			join(folder, wnid, file),
		);
	}
}

const numbers = [1, 2, 3, 4, 5, 6, 7, 8];

/** The names of eight made-up validation images. */
export const names = numbers.map(
	(number) => `ILSVRC2012_val_${String(number).padStart(8, "0")}`,
);

/** What they are of. */
export const labels = [65, 970, 230, 970, 516, 0, 999, 65];

/** Their bytes. */
export const bytes = names.map((name, i) => drawn(name, i % 3));
