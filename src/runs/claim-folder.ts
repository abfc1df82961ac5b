import { readdirSync, renameSync } from "node:fs";
import { join } from "node:path";

/** What a claim is called on the disk at one moment. */
export interface Standing {
	/** The name of its folder: the count, a dot and the token. */
	readonly name: string;
	/** Moves so far. */
	readonly count: number;
	/** Of its holder; no other claim ever has the same. */
	readonly token: string;
}

/** What a claim's thread and its holder both know. */
export interface Place {
	readonly folder: string;
	readonly token: string;
	/** Of the claim's folder, when it was seen last. */
	name: string;
}

/** The folder in which the claim of a folder stands. */
export const claimFolder = (folder: string): string => join(folder, "claim");

/** Where a claim's own folder is, or was when it was seen last. */
export const pathOf = ({ folder, name }: Pick<Place, "folder" | "name">) =>
	join(claimFolder(folder), name);

/** Whether an error says that something is not there, or no more. */
export const isGone = (error: unknown): boolean =>
	["ENOENT", "ESTALE"].includes((error as NodeJS.ErrnoException).code ?? "");

/** Whether an error is Windows' for a folder in which a file is open. */
export const isBusy = (error: unknown): boolean =>
	process.platform === "win32" &&
	["EPERM", "EACCES", "EBUSY"].includes(
		(error as NodeJS.ErrnoException).code ?? "",
	);

const form = /^(\d+)\.([0-9a-f]+)$/;

const nothing = new Int32Array(new SharedArrayBuffer(4));

/** Waits without letting anything else happen. */
const pause = (milliseconds: number): void =>
	void Atomics.wait(nothing, 0, 0, milliseconds);

/** Lists what is in a folder; replaced by tests, which make it late. */
export const listing = { list: (path: string): string[] => readdirSync(path) };

/** The claim that stands in a folder; undefined where the list shows none. */
export function standingClaim(folder: string): Standing | undefined {
	let names: string[];
	try {
		names = listing.list(claimFolder(folder));
	} catch (error) {
		if (isGone(error)) return undefined;
		throw error;
	}
	// A list that is read while a claim moves may show it twice, or not at all.
	return names
		.map((name) => form.exec(name))
		.filter((match) => match !== null)
		.map(([name, count, token]) => ({
			name,
			count: Number(count),
			token: token as string,
		}))
		.sort((a, b) => b.count - a.count)[0];
}

const looks = 20;

/** Where the claim with a token stands; undefined where it does not stand any more. */
function findOwn({ folder, token }: Place): string | undefined {
	for (let look = 0; look < looks; look++) {
		const standing = standingClaim(folder);
		if (standing) return standing.token === token ? standing.name : undefined;
		pause(look);
	}
	return undefined;
}

/** What a claim is called when it has moved on. */
export const nextName = (name: string, token: string): string =>
	`${Number.parseInt(name, 10) + 1}.${token}`;

const mostTries = 100;
const mostWhileBusy = 10;

/**
 * Moves a claim on, which proves that it is held: the disk, and nobody's memory of it, decides.
 *
 * Returns false where it was lost. Where the answer to a move that was made went missing, as it may on a network, the
 * claim stands one further, and moves on from there; where a list is late, the move is tried again for two seconds. Throws where the disk refuses it, as Windows does while a file in
 * it is open.
 */
export function moveOn(place: Place): boolean {
	for (let tries = 0; tries < mostTries; tries++) {
		const { folder, name, token } = place;
		const next = nextName(name, token);
		try {
			renameSync(pathOf(place), pathOf({ folder, name: next }));
			place.name = next;
			return true;
		} catch (error) {
			if (isBusy(error) ? tries === mostWhileBusy : !isGone(error)) throw error;
		}
		const own = findOwn(place);
		if (own === undefined) return false;
		if (own === name) pause(Math.min(tries, 20));
		place.name = own;
	}
	return false;
}
