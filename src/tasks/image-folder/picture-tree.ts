import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { pictureNames } from "../../image/format.js";

/** Text in the order of its characters' numbers, as Python sorts it; JavaScript's own order is that of UTF-16. */
export const pythonSorted = (texts: readonly string[]): string[] =>
	texts
		.map((text) => ({ text, bytes: Buffer.from(text) }))
		.sort((a, b) => Buffer.compare(a.bytes, b.bytes))
		.map(({ text }) => text);

/** What is in a folder and not hidden; throws where it cannot be listed. */
function entriesOf(folder: string): Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true }).filter(
			({ name }) => !name.startsWith("."),
		);
	} catch (error) {
		throw new Error(`${folder} cannot be listed: ${(error as Error).message}`, {
			cause: error,
		});
	}
}

/** Whether an entry of a folder is a folder, or a link to one. */
const isFolder = (folder: string, entry: Dirent): boolean =>
	entry.isDirectory() ||
	(entry.isSymbolicLink() &&
		statSync(join(folder, entry.name), {
			throwIfNoEntry: false,
		})?.isDirectory() === true);

/** The names of the folders in a folder, links among them, as Python sorts them; hidden ones are left out. */
export const foldersIn = (folder: string): string[] =>
	pythonSorted(
		entriesOf(folder)
			.filter((entry) => isFolder(folder, entry))
			.map(({ name }) => name),
	);

/** A folder by its place below another, and the pictures that lie directly in it. */
interface Branch {
	readonly place: string;
	readonly pictures: readonly string[];
}

function branchesOf(
	root: string,
	place: string,
	above: readonly string[] = [],
): Branch[] {
	const folder = join(root, place);
	const entries = entriesOf(folder);
	const real = realpathSync(folder);
	if (above.includes(real))
		throw new Error(
			`${folder} leads back to ${real}, in which it lies: remove the link`,
		);
	const isBelow = new Set(entries.filter((entry) => isFolder(folder, entry)));
	const pictures = entries
		.filter((entry) => !isBelow.has(entry) && pictureNames.test(entry.name))
		.map(({ name }) => name);
	const below = [...isBelow].flatMap(({ name }) =>
		branchesOf(root, place === "" ? name : `${place}/${name}`, [
			...above,
			real,
		]),
	);
	return [{ place, pictures: pythonSorted(pictures) }, ...below];
}

/**
 * The places of the pictures below a folder, with `/` between folders, in the order of torchvision's `ImageFolder`:
 * folder by folder, links to folders followed, hidden files and folders left out.
 *
 * Pictures are told by the ends of their names, also those that cannot be decoded. Throws where a folder cannot be
 * listed or leads back to itself.
 */
export function picturesBelow(folder: string): string[] {
	const branches = new Map(
		branchesOf(folder, "").map(({ place, pictures }) => [place, pictures]),
	);
	return pythonSorted([...branches.keys()]).flatMap((place) =>
		(branches.get(place) as string[]).map((name) =>
			place === "" ? name : `${place}/${name}`,
		),
	);
}
