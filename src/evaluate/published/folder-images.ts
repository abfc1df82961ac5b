import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { shortHash } from "../../canonical.js";
import { type Severity, severities } from "../../corruptions/corruption.js";
import { decodeImage } from "../../image/decode.js";
import { pictureNames } from "../../image/format.js";
import { orientationOf, turned } from "../../image/orientation.js";
import { exampleTarget } from "../../tasks/example-target.js";
import { fingerprint } from "../../tasks/fingerprint.js";
import {
	foldersIn,
	pythonSorted,
} from "../../tasks/image-folder/picture-tree.js";
import { readAs } from "../../tasks/read-as.js";
import type { Dataset, Task } from "../../tasks/task.js";
import type { PublishedImages } from "./published-corruption.js";
import { rowName, type SetKind } from "./set-kind.js";

const stemOf = (file: string): string => basename(file, extname(file));

/** The folder of a corruption, in the folder of the set or, as the archives lie, of its group. */
function folderOf(
	folder: string,
	{ name, group }: { readonly name: string; readonly group: string },
): string {
	for (const around of [folder, join(folder, group)]) {
		if (!existsSync(around)) continue;
		const found = foldersIn(around).find((one) => rowName(one) === name);
		if (found !== undefined) return join(around, found);
	}
	throw new Error(`${folder} has no folder ${name.replaceAll("-", "_")}`);
}

/** The folders of severities: called 1 to 5, or by five strengths such as 4.75, the lowest first. */
function severityFolders(folder: string): ReadonlyMap<Severity, string> {
	const names = foldersIn(folder);
	const whole = severities.filter((one) => names.includes(String(one)));
	if (whole.length > 0)
		return new Map(whole.map((one) => [one, join(folder, String(one))]));
	const strengths = names.filter((name) => /^\d+\.\d+$/.test(name));
	if (strengths.length !== severities.length)
		throw new Error(
			`${folder} has no folders of severities, 1 to 5: it has ${names.join(", ") || "none"}`,
		);
	strengths.sort((a, b) => Number(a) - Number(b));
	return new Map(
		severities.map((one, i) => [one, join(folder, strengths[i] as string)]),
	);
}

const sampled = 8;

/** Some of a list, evenly spread, its first and last among them. */
const spread = <Item>(all: readonly Item[]): Item[] =>
	[
		...new Set(
			Array.from({ length: sampled }, (_, i) =>
				Math.round((i * (all.length - 1)) / (sampled - 1)),
			),
		),
	].flatMap((i) => (i in all ? [all[i] as Item] : []));

const picturesIn = (folder: string): string[] =>
	pythonSorted(readdirSync(folder).filter((name) => pictureNames.test(name)));

/** The sizes and ends of a few files of each folder, by which copies of a set are told apart. */
function printsOf(folder: string): unknown {
	const below = foldersIn(folder);
	return [
		below.length,
		...spread(picturesIn(folder)).map((name) => [
			name,
			fingerprint(join(folder, name)),
		]),
		...spread(below).map((name) => {
			const own = picturesIn(join(folder, name));
			return [
				name,
				own.length,
				own[0] === undefined ? null : fingerprint(join(folder, name, own[0])),
			];
		}),
	];
}

/** Finds images by their places, whatever their formats; each folder is listed once. */
function finder(root: string): (place: string) => string | undefined {
	const listed = new Map<string, Map<string, string>>();
	const filesIn = (folder: string) => {
		const known = listed.get(folder);
		if (known) return known;
		const path = join(root, folder);
		const files = existsSync(path) ? picturesIn(path) : [];
		const byStem = new Map(files.map((file) => [stemOf(file), file]));
		listed.set(folder, byStem);
		return byStem;
	};
	return (place) => {
		const folder = dirname(place);
		const file = filesIn(folder).get(stemOf(place));
		return file === undefined ? undefined : join(root, folder, file);
	};
}

function placesOf({ name, place }: Dataset<unknown>) {
	if (place) return place;
	throw new Error(
		`the test data ${name} do not say where their images lie, by which those of a published set are found: give them a \`place\``,
	);
}

/** Throws where a set lacks one of the first test images, or has it as another class. */
function checkPlaces(
	test: Dataset<unknown>,
	root: string,
	count: number,
): void {
	const [placeOf, find] = [placesOf(test), finder(root)];
	for (let i = 0; i < count; i++) {
		const place = placeOf(i);
		if (find(place) !== undefined) continue;
		const other = foldersIn(root).find(
			(folder) => find(`${folder}/${basename(place)}`) !== undefined,
		);
		throw new Error(
			`${root} has no ${place}, image ${i} of ${test.name}${other === undefined ? "" : `, but one of that name in ${other}`}: they are not the same images`,
		);
	}
}

function imagesOf<Target>(
	task: Task<Target, unknown>,
	root: string,
	isSeen: boolean,
): PublishedImages<Target> {
	const { test, inputSize, uses } = task;
	const find = finder(root);
	const isDense = uses === "pyramid";
	return {
		isSeen,
		data: {
			name: test.name,
			length: test.length,
			sample(index) {
				const place = placesOf(test)(index);
				const image = readAs(find(place) ?? join(root, place), (bytes) =>
					isDense
						? turned(decodeImage(bytes), orientationOf(bytes))
						: decodeImage(bytes),
				);
				const id = test.id?.(index) ?? place;
				return { id, image, target: exampleTarget(test, index) };
			},
		},
		check: (count) => checkPlaces(test, root, count),
		checkImage({ height, width }, index) {
			if (!isSeen && !isDense) return;
			const wanted = isSeen
				? { height: inputSize, width: inputSize }
				: test.sample(index).image;
			if (height === wanted.height && width === wanted.width) return;
			throw new Error(
				`${root} has ${placesOf(test)(index)} with ${height} x ${width} pixels (height x width), not ${wanted.height} x ${wanted.width}, ${isSeen ? "which is what the network sees: make the task with that inputSize, or corrupt its images yourself" : `as ${test.name} has it`}`,
			);
		},
	};
}

/**
 * Corruptions as in ImageNet-C: `<corruption>/<severity>/` with the test images as they lie in their own folder, of any
 * format. `isSeen` says that the network sees them as they are.
 */
export const folderSets = ({ isSeen }: { isSeen: boolean }): SetKind => ({
	list: (folder) =>
		foldersIn(folder)
			.filter((name) =>
				foldersIn(join(folder, name)).some((one) => /^\d+(\.\d+)?$/.test(one)),
			)
			.map(rowName),
	find(folder, corruption) {
		const own = folderOf(folder, corruption);
		const folders = severityFolders(own);
		return {
			severities: [...folders.keys()],
			code: () =>
				shortHash([
					corruption.name,
					...[...folders].map(([severity, path]) => [severity, printsOf(path)]),
				]),
			open(task, severity) {
				const root = folders.get(severity);
				if (root !== undefined) return imagesOf(task, root, isSeen);
				throw new Error(
					`${own} has no severity ${severity}, only ${[...folders.keys()].join(", ")}`,
				);
			},
		};
	},
});
