import {
	existsSync,
	openSync,
	renameSync,
	rmdirSync,
	rmSync,
	statSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Draft } from "../checkpoint/replace-file.js";
import { keepMoving } from "./beats.js";
import {
	claimFolder,
	isBusy,
	isGone,
	moveOn,
	type Place,
	pathOf,
} from "./claim-folder.js";
import { ClaimLostError } from "./claim-lost-error.js";

const mostTries = 10;

/**
 * A folder that this process alone writes to, until another takes it over.
 *
 * What is written appears by a rename out of the claim's own folder, which one who takes over has renamed before: a
 * process that was paused, and goes on, finds nothing there to publish. The names of that folder are moved on by a thread too;
 * what is not found under one is looked for under the next.
 */
export class HeldClaim {
	readonly #place: Place;
	readonly #endBeats: () => void;
	readonly #loss = new AbortController();
	#drafts = 0;

	constructor(place: Place) {
		this.#place = place;
		this.#endBeats = keepMoving({ ...place }, () => this.lose());
	}

	get folder(): string {
		return this.#place.folder;
	}

	get token(): string {
		return this.#place.token;
	}

	/** Is aborted, with a `ClaimLostError`, when another has taken over. */
	get signal(): AbortSignal {
		return this.#loss.signal;
	}

	/** Ends all writing, since another has taken over. */
	lose(): void {
		if (this.signal.aborted) return;
		this.#endBeats();
		this.#loss.abort(new ClaimLostError(this.folder));
	}

	/** Makes sure that the claim is held at this moment; throws a `ClaimLostError` where it is not. */
	fence(): void {
		this.signal.throwIfAborted();
		if (moveOn(this.#place)) return;
		this.lose();
		this.signal.throwIfAborted();
	}

	#inside<Result>(act: (own: string) => Result): Result {
		for (let tries = 1; ; tries++) {
			this.signal.throwIfAborted();
			try {
				return act(pathOf(this.#place));
			} catch (error) {
				if (tries === mostTries || !(isGone(error) || isBusy(error)))
					throw error;
				this.fence();
			}
		}
	}

	/** Opens a file in the claim's folder, to be written, and closed, before it is published under its name. */
	draft(path: string): Draft {
		const name = this.#newName(path);
		const descriptor = this.#inside((own) => openSync(join(own, name), "wx"));
		return {
			descriptor,
			publish: () => this.#publish(name, path),
			discard: () => {
				try {
					this.#inside((own) => rmSync(join(own, name)));
				} catch {
					// What is lost, or cannot be removed, goes with the claim's folder.
				}
			},
		};
	}

	/** Removes a file that may be there; where the claim is lost, nothing is removed. */
	remove(path: string): void {
		this.signal.throwIfAborted();
		if (!existsSync(path)) return;
		const name = this.#newName(path);
		try {
			this.#inside((own) => renameSync(path, join(own, name)));
		} catch (error) {
			if (isGone(error) && !existsSync(path)) return;
			throw error;
		}
		this.#inside((own) => rmSync(join(own, name)));
	}

	#newName(path: string): string {
		return `${this.#drafts++}.${basename(path)}`;
	}

	#publish(name: string, path: string): void {
		try {
			this.#inside((own) => renameSync(join(own, name), path));
		} catch (error) {
			// The answer to the first try may have gone missing on a network: then the file is in its place.
			if (!isGone(error) || this.#isInside(name) || !existsSync(path))
				throw error;
		}
	}

	#isInside(name: string): boolean {
		try {
			this.#inside((own) => statSync(join(own, name)));
			return true;
		} catch (error) {
			if (isGone(error)) return false;
			throw error;
		}
	}

	/** Lets others have the folder; does nothing where the claim is lost. */
	release(): void {
		this.#endBeats();
		if (this.signal.aborted) return;
		const left = `${claimFolder(this.folder)}.${this.token}`;
		try {
			this.#inside((own) => renameSync(own, left));
		} catch (error) {
			if (error instanceof ClaimLostError) return;
			throw error;
		}
		removeAside(left);
		try {
			rmdirSync(claimFolder(this.folder));
		} catch {
			// Another has it by now.
		}
	}
}

/** Removes a folder that is no claim any more, or none yet; what a network disk keeps for a while is removed later. */
export function removeAside(path: string): void {
	try {
		rmSync(path, { recursive: true, force: true });
	} catch {
		// The next to claim removes it.
	}
}

type Shared = Record<symbol, Map<string, HeldClaim> | undefined>;

const key = Symbol.for("robust-transfer.claims");

/** The claims of this process by their folders, also where a program has loaded the library twice. */
export function heldClaims(): Map<string, HeldClaim> {
	const shared = globalThis as unknown as Shared;
	shared[key] ??= new Map();
	return shared[key];
}

/** Ends the hold of this process on a folder. */
export function letGo(claim: HeldClaim): void {
	const { folder } = claim;
	if (heldClaims().get(folder) === claim) heldClaims().delete(folder);
	claim.release();
}

/** The claim by which a file is written; undefined where this process claims none of the folders around it. */
export function claimOf(path: string): HeldClaim | undefined {
	const held = heldClaims();
	for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
		const claim = held.get(folder);
		if (claim) return claim;
		if (folder === dirname(folder)) return undefined;
	}
}
