import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { readAs } from "../read-as.js";
import { readMat } from "./mat-file.js";
import { classOf, wnids } from "./wnids.js";

/** The classes of validation images, by their names without extension or by their numbers. */
export interface GroundTruth {
	readonly path: string;
	/** The index of the class of an image; undefined where nothing is said of it. */
	label(stem: string): number | undefined;
}

const truthFile = "ILSVRC2012_validation_ground_truth.txt";
const devkits = [
	join("ILSVRC2012_devkit_t12", "data"),
	"data",
	"devkit",
	"",
] as const;

const officialImages = 50_000;
const ofEachClass = 50;

/** The number of a validation image, from 1, by its name without extension. */
const numberOf = (stem: string): number | undefined => {
	const [, digits] = /^ILSVRC2012_val_(\d{8})$/.exec(stem) ?? [];
	return digits === undefined ? undefined : Number(digits);
};

/** What some validation images are of, by which a mapping that is not the official one is told. */
const known: Readonly<Record<number, string>> = {
	11: "n01917289",
	31: "n02280649",
	41: "n03125729",
	49: "n03930630",
	50: "n02640242",
	51: "n01828970",
	77: "n02087394",
	79: "n02091635",
	84: "n01737021",
	89: "n02992529",
	49996: "n02123394",
	49999: "n10148035",
};

/** Throws where a validation image is said to be of another class than it is known to be. */
export function checkKnown(stem: string, label: number, source: string): void {
	const wnid = known[numberOf(stem) ?? 0];
	if (wnid === undefined || wnids[label] === wnid) return;
	throw new Error(
		`${source} says that ${stem} is of ${wnids[label]}, but it is of ${wnid}: the mapping is not that of ILSVRC 2012`,
	);
}

const linesOf = (path: string): string[] =>
	readFileSync(path, "utf8")
		.split(/\r?\n/)
		.map((line) => line.trim())
		.filter((line) => line !== "");

/** Labels by number, one a line; throws where there are as many as validation images, but not fifty of each class. */
function inOrder(path: string, labels: readonly number[]): GroundTruth {
	if (labels.length === officialImages) {
		const counts = new Uint32Array(wnids.length);
		for (const label of labels) counts[label]!++;
		const odd = counts.findIndex((count) => count !== ofEachClass);
		if (odd >= 0)
			throw new Error(
				`${path} has ${counts[odd]} images of ${wnids[odd]}, not ${ofEachClass}: it is damaged, or not of ILSVRC 2012`,
			);
	}
	return {
		path,
		label(stem) {
			const number = numberOf(stem);
			return number === undefined ? undefined : labels[number - 1];
		},
	};
}

/** The WordNet ids of the devkit's own numbers, 1 to 1,000. */
function synsetsOf(path: string): ReadonlyMap<number, string> {
	const { synsets } = readAs(path, readMat);
	if (!Array.isArray(synsets) || typeof synsets[0] !== "object")
		throw new Error(
			`${path} holds no "synsets", as the devkit's meta.mat does`,
		);
	const records = synsets as readonly Readonly<Record<string, unknown>>[];
	const found = new Map(
		records.map(({ ILSVRC2012_ID: id, WNID: wnid }) => [
			Number((id as readonly number[] | undefined)?.[0]),
			String(wnid),
		]),
	);
	const own = Array.from(wnids, (_, i) => found.get(i + 1));
	const strange = own.findIndex(
		(wnid) => wnid === undefined || classOf(wnid) === undefined,
	);
	if (strange >= 0 || new Set(own).size < wnids.length)
		throw new Error(
			`${path} is not that of ILSVRC 2012: its numbers 1 to ${wnids.length} are not the classes${strange >= 0 ? `, ${strange + 1} is ${own[strange] ?? "none"}` : ""}`,
		);
	return found;
}

/** The ground truth of the devkit: a number for each image in turn, and what the numbers mean. */
function devkitTruth(folder: string): GroundTruth {
	const path = join(folder, truthFile);
	const meta = join(folder, "meta.mat");
	if (!existsSync(meta))
		throw new Error(
			`${path} has the devkit's own numbers, and meta.mat, which says what they mean, is not beside it`,
		);
	const synsets = synsetsOf(meta);
	const labels = linesOf(path).map((line, i) => {
		const wnid = synsets.get(Number(line));
		const label = wnid === undefined ? undefined : classOf(wnid);
		if (label !== undefined) return label;
		throw new Error(
			`${path}, line ${i + 1}: ${JSON.stringify(line)} is no number of a class, from 1 to ${wnids.length}`,
		);
	});
	return inOrder(path, labels);
}

/** The class that a word stands for: a WordNet id, or an index in their sorted list. */
function classIn(word: string): number | undefined {
	if (/^n\d{8}$/.test(word)) return classOf(word);
	const index = Number(word);
	return /^\d+$/.test(word) && index < wnids.length ? index : undefined;
}

const stemOf = (name: string): string => basename(name).replace(/\.\w+$/, "");

/**
 * Labels in a text file: a line for each image, `name label` with a space, tab or comma between (and more behind, as
 * in Kaggle's), or the label alone, in the order of the images' numbers. Labels are WordNet ids or, all of them,
 * indices in their sorted list.
 */
function listedTruth(path: string): GroundTruth {
	const rows = linesOf(path).map((line) => line.split(/[\s,]+/));
	const isHeader = rows[0]?.every((word) => /^[a-z_]+$/i.test(word));
	const firstLine = isHeader ? 2 : 1;
	const lines = isHeader ? rows.slice(1) : rows;
	const isNamed =
		lines[0] !== undefined && classIn(lines[0][0] ?? "") === undefined;
	const wrong = (i: number): Error =>
		new Error(
			`${path}, line ${i + firstLine}: ${JSON.stringify(lines[i]?.join(" "))} is not ${isNamed ? "the name of an image and " : ""}a WordNet id such as ${wnids[0]}, or an index from 0 to ${wnids.length - 1}`,
		);
	const labels = lines.map((line, i) => {
		const label = classIn(line[isNamed ? 1 : 0] ?? "");
		if (label === undefined) throw wrong(i);
		return label;
	});
	if (!isNamed) return inOrder(path, labels);
	const byStem = new Map<string, number>();
	lines.forEach(([name = ""], i) => {
		const stem = stemOf(name);
		if (byStem.has(stem))
			throw new Error(`${path} has two lines for ${stem}: each image has one`);
		byStem.set(stem, labels[i] as number);
	});
	return { path, label: (stem) => byStem.get(stem) };
}

/**
 * What the images of a flat folder are of: by a file of labels, or by the devkit's files, which are looked for in the
 * folder and in `ILSVRC2012_devkit_t12/data`, `data` and `devkit` below it.
 *
 * Throws where there is none, a label means no class, or the classes are not those of ILSVRC 2012.
 */
export function groundTruth(folder: string, labels?: string): GroundTruth {
	if (labels !== undefined) {
		if (!existsSync(labels)) throw new Error(`there is no file ${labels}`);
		return basename(labels) === truthFile
			? devkitTruth(join(labels, ".."))
			: listedTruth(labels);
	}
	const found = devkits
		.map((place) => join(folder, place))
		.find((place) => existsSync(join(place, truthFile)));
	if (found !== undefined) return devkitTruth(found);
	throw new Error(
		`nothing says what the images in ${folder} are of: put them into a folder for each class, named by its WordNet id, unpack ILSVRC2012_devkit_t12 beside them (${truthFile} and meta.mat are read), or name with \`labels\` a text file with a line for each image: its name and a WordNet id or an index from 0 to ${wnids.length - 1}`,
	);
}
