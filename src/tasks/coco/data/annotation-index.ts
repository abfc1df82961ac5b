import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { deserialize, serialize } from "node:v8";
import { makeFolders } from "../../../checkpoint/make-folder.js";
import { replaceFile } from "../../../checkpoint/replace-file.js";
import { cacheFolder } from "../../cache-folder.js";
import { hashOfFile } from "../../hash-of-file.js";
import { type Elements, readElements } from "./annotation-columns.js";
import type { Problems } from "./file-problems.js";

// Raised whenever what is read of a file, or what is found wrong with it, changes.
const format = 1;

/** What tells one state of a file from another without reading it. */
interface State {
	readonly size: bigint;
	/** When its bytes, and when anything of it, last changed: nanoseconds. */
	readonly modified: bigint;
	readonly changed: bigint;
}

interface Index {
	readonly format: number;
	readonly boxesOnly: boolean;
	readonly state: State;
	/** Whether the file had been left alone for long when it was read: else another change may show the same state. */
	readonly isSettled: boolean;
	/** Of the bytes of the file. */
	readonly sha256: string;
	readonly elements: Elements;
}

/** From which size on a file has an index, and where that may stand, in turn. */
export interface IndexOptions {
	readonly leastBytes?: number;
	readonly folders?: readonly string[];
}

// A file below this is read in less than a tenth of a second.
const indexedFrom = 2 ** 23;
// Longer than the steps in which file systems count time.
const settledNanoseconds = 5_000_000_000n;
const nanoseconds = 1_000_000n;

function stateOf(path: string): State {
	const { size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
	return { size, modified: mtimeNs, changed: ctimeNs };
}

const isSame = (a: State, b: State): boolean =>
	a.size === b.size && a.modified === b.modified && a.changed === b.changed;

/** Whether a file was last changed long before now. */
function isSettled({ modified, changed }: State): boolean {
	const last = modified > changed ? modified : changed;
	return BigInt(Date.now()) * nanoseconds - last > settledNanoseconds;
}

const sha256 = (bytes: Uint8Array): Buffer =>
	createHash("sha256").update(bytes).digest();
const hashBytes = 32;

/** Beside the file under its name, elsewhere under a hash of its path as well. */
function placesOf(
	path: string,
	boxesOnly: boolean,
	folders: readonly string[] = [dirname(path), cacheFolder()],
): string[] {
	const name = `${basename(path)}.${boxesOnly ? "boxes-index" : "index"}`;
	const own = resolve(path);
	const elsewhere = `${sha256(Buffer.from(own)).toString("hex", 0, 8)}-${name}`;
	return folders.map((folder) =>
		join(folder, resolve(folder) === dirname(own) ? name : elsewhere),
	);
}

/** An index that is whole and of this format; undefined where there is none. */
function readIndex(place: string, boxesOnly: boolean): Index | undefined {
	try {
		const bytes = readFileSync(place);
		const body = bytes.subarray(hashBytes);
		if (!sha256(body).equals(bytes.subarray(0, hashBytes))) return undefined;
		const index = deserialize(body) as Index;
		const fits = index.format === format && index.boxesOnly === boxesOnly;
		return fits ? index : undefined;
	} catch {
		// Not there, not to be read, or of another version of Node: the file itself says it all.
		return undefined;
	}
}

/** Writes an index to the first place that takes it; where none does, the next reader reads the file. */
function writeIndex(places: readonly string[], index: Index): void {
	const body = serialize(index);
	for (const place of places) {
		try {
			makeFolders(dirname(place));
			replaceFile(place, (descriptor) => {
				writeFileSync(descriptor, sha256(body));
				writeFileSync(descriptor, body);
			});
			return;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === undefined) throw error;
		}
	}
}

/** What an index says of a file, where it is of the same bytes: by the file's state, else by its hash. */
function known(
	path: string,
	places: readonly string[],
	boxesOnly: boolean,
): Elements | undefined {
	const state = stateOf(path);
	const settled = isSettled(state);
	let hash: string | undefined;
	for (const place of places) {
		const index = readIndex(place, boxesOnly);
		if (index?.state.size !== state.size) continue;
		if (index.isSettled && isSame(index.state, state)) return index.elements;
		hash ??= hashOfFile(path);
		if (hash !== index.sha256) continue;
		if (settled && isSame(stateOf(path), state))
			writeIndex([place], { ...index, state, isSettled: true });
		return index.elements;
	}
	return undefined;
}

/**
 * What an annotation file holds but for masks, from an index of it where there is one.
 *
 * The index of a large file is written when the file is first read: beside it, or in the cache folder of the system
 * where that cannot be. It counts only for the same bytes: where size and times of the file are not those it had,
 * its hash decides. An index that is damaged, or of another format, is written anew; a file with problems has none.
 */
export function indexedElements(
	path: string,
	given: { readonly problems: Problems; readonly boxesOnly: boolean },
	{ leastBytes = indexedFrom, folders }: IndexOptions = {},
): Elements {
	const { problems, boxesOnly } = given;
	const before = stateOf(path);
	if (before.size < leastBytes) return readElements(path, given);
	const places = placesOf(path, boxesOnly, folders);
	const found = known(path, places, boxesOnly);
	if (found) return found;
	const settled = isSettled(before);
	const elements = readElements(path, given);
	if (problems.any) return elements;
	const hash = hashOfFile(path);
	if (isSame(stateOf(path), before))
		writeIndex(places, {
			...{ format, boxesOnly, elements },
			...{ state: before, isSettled: settled, sha256: hash },
		});
	return elements;
}
