import { join } from "node:path";
import { shortHash } from "../../canonical.js";
import { didYouMean } from "../../check/did-you-mean.js";
import { decodeImage } from "../../image/decode.js";
import { fingerprint } from "../fingerprint.js";
import { readAs } from "../read-as.js";
import type { Dataset } from "../task.js";
import { foldersIn, picturesBelow } from "./picture-tree.js";

/** A picture of a class. */
export interface Labeled {
	/** Below the folder of the classes, with `/` between folders. */
	readonly place: string;
	/** The index of its class. */
	readonly label: number;
	/** Where its file is below the folder, where that is not its place. */
	readonly file?: string;
}

/** Names in a sentence; of many, the first. */
export function some(names: readonly string[]): string {
	const shown = names.slice(0, 5).map((name) => `"${name}"`);
	const more = names.length - shown.length;
	return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

const without = (names: readonly string[], others: readonly string[]) => {
	const known = new Set(others);
	return names.filter((name) => !known.has(name));
};

/** The classes that are wanted, in their order; throws where one comes twice or has no folder somewhere. */
function chosen(
	wanted: readonly string[],
	folders: readonly (readonly [folder: string, names: readonly string[]])[],
): readonly string[] {
	const twice = wanted.find((name, i) => wanted.indexOf(name) !== i);
	if (twice !== undefined)
		throw new Error(`classes names "${twice}" twice: each is one class`);
	for (const [folder, names] of folders) {
		const [first, ...rest] = without(wanted, names);
		if (first !== undefined)
			throw new Error(
				`${folder} has no folder for ${some([first, ...rest])} of classes${didYouMean(first, names)}`,
			);
	}
	return wanted;
}

/**
 * The classes of folders with a folder for each: the same in all, as Python sorts them, or those that are wanted.
 *
 * Throws where a folder has none, or lacks one that is wanted or that another has.
 */
export function classesOf(
	folders: readonly string[],
	wanted?: readonly string[],
): readonly string[] {
	const found = folders.map((folder) => [folder, foldersIn(folder)] as const);
	if (wanted) return chosen(wanted, found);
	const [[first, classes] = ["", []], ...others] = found;
	if (classes.length === 0)
		throw new Error(`${first} holds no folder, of which each would be a class`);
	for (const [folder, names] of others) {
		const lacking = without(classes, names);
		const added = without(names, classes);
		const differences = [
			...(lacking.length > 0 ? [`only ${first} has ${some(lacking)}`] : []),
			...(added.length > 0 ? [`only ${folder} has ${some(added)}`] : []),
		];
		if (differences.length > 0)
			throw new Error(
				`${first} and ${folder} are not of the same classes: ${differences.join(", ")}; name those to use with \`classes\``,
			);
	}
	return classes;
}

/** The pictures of each class, one class after another; throws where one has none. */
export function labeledPictures(
	folder: string,
	classes: readonly string[],
): Labeled[] {
	const ofClasses = classes.map((name, label) =>
		picturesBelow(join(folder, name)).map((place) => ({
			place: `${name}/${place}`,
			label,
		})),
	);
	const empty = classes.filter((_, label) => ofClasses[label]?.length === 0);
	if (empty.length > 0)
		throw new Error(`${folder} holds no image file of ${some(empty)}`);
	return ofClasses.flat();
}

/** Where pictures are, and what their data set is called. */
export interface ClassPictures {
	/** The name of the data set. */
	readonly name: string;
	/** What comes before the place of a picture in its id. */
	readonly ids: string;
	/** The folder with the folders of the classes. */
	readonly folder: string;
	/** Lists the pictures; called when something is first asked of the data set. */
	list(): readonly Labeled[];
}

/** Pictures and their classes, read from their files one by one, as `imageFolder` says. */
export function classPictures({
	name,
	ids,
	folder,
	list,
}: ClassPictures): Dataset<number> {
	let listed: readonly Labeled[] | undefined;
	let contents: string | undefined;
	const pictures = (): readonly Labeled[] => {
		listed ??= list();
		return listed;
	};
	const pathOf = ({ place, file = place }: Labeled): string =>
		join(folder, file);
	const at = (index: number): Labeled => {
		const picture = pictures()[index];
		if (picture) return picture;
		throw new RangeError(
			`${name} has images 0 to ${pictures().length - 1}, not ${index}`,
		);
	};
	return {
		name,
		get contents() {
			contents ??= shortHash(
				pictures().map((picture) => [
					picture.place,
					fingerprint(pathOf(picture)),
				]),
			);
			return contents;
		},
		get length() {
			return pictures().length;
		},
		id: (index) => `${ids}/${pictures()[index]?.place}`,
		place: (index) => at(index).place,
		target: (index) => at(index).label,
		sample(index) {
			const picture = at(index);
			const { place, label } = picture;
			const image = readAs(pathOf(picture), decodeImage);
			return { id: `${ids}/${place}`, image, target: label };
		},
	};
}
