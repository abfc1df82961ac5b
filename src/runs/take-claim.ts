import { randomBytes } from "node:crypto";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	renameSync,
	rmdirSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
	claimFolder,
	isBusy,
	isGone,
	nextName,
	type Place,
	pathOf,
	type Standing,
	standingClaim,
} from "./claim-folder.js";
import { ClaimRefusedError } from "./claim-refused-error.js";
import { refuseEarlierLock, removeEarlierLock } from "./earlier-lock.js";
import { HeldClaim, heldClaims, letGo, removeAside } from "./held-claim.js";
import { holderFile, ownHolder } from "./holder.js";
import { judgeClaim } from "./judge-claim.js";
import { lease } from "./lease.js";
import { writing } from "./storage-error.js";

const newToken = (): string => randomBytes(8).toString("hex");

const writeHolder = (path: string, token: string): void =>
	writeFileSync(join(path, holderFile), JSON.stringify(ownHolder(token)));

/** Whether an error says that a folder that is not empty cannot be replaced, in the words of any system. */
const isOccupied = (error: unknown): boolean =>
	isBusy(error) ||
	["EEXIST", "ENOTEMPTY"].includes((error as NodeJS.ErrnoException).code ?? "");

/** Takes the claim of a folder that has none; undefined where another was quicker. */
function takeFree(folder: string): Place | undefined {
	const token = newToken();
	const aside = `${claimFolder(folder)}.${token}`;
	const name = `0.${token}`;
	try {
		mkdirSync(join(aside, name), { recursive: true });
		writeHolder(join(aside, name), token);
		renameSync(aside, claimFolder(folder));
		return { folder, token, name };
	} catch (error) {
		removeAside(aside);
		if (isOccupied(error)) clearClaim(folder);
		// Another, which has the folder now, takes what stands aside for left.
		else if (!isGone(error) || !existsSync(folder)) throw error;
		return undefined;
	}
}

/** Removes an empty claim, which Windows does not replace; throws where something stands in it that is no claim. */
function clearClaim(folder: string): void {
	const path = claimFolder(folder);
	try {
		rmdirSync(path);
	} catch (error) {
		if (isGone(error) || standingClaim(folder)) return;
		const names = existsSync(path) ? readdirSync(path) : [];
		if (names.length > 0 && !standingClaim(folder))
			throw new Error(
				`${path} holds ${names.join(", ")}, which is no claim: remove it`,
				{ cause: error },
			);
	}
}

/** Takes a claim over from another; undefined where it has moved on meanwhile. */
function takeFrom(folder: string, standing: Standing): Place | undefined {
	const token = newToken();
	const place = { folder, token, name: nextName(standing.name, token) };
	const path = pathOf(place);
	try {
		renameSync(pathOf({ folder, name: standing.name }), path);
		writeHolder(path, token);
		// What the other was writing is never published.
		for (const name of readdirSync(path))
			if (name !== holderFile)
				rmSync(join(path, name), { recursive: true, force: true });
		return place;
	} catch (error) {
		if (isGone(error) || isBusy(error)) return undefined;
		throw error;
	}
}

/** Removes what claims of processes that were killed have left beside the claim. */
function removeLeft(folder: string, token: string): void {
	const left = `${basename(claimFolder(folder))}.`;
	for (const [i, name] of readdirSync(folder).entries()) {
		if (!name.startsWith(left)) continue;
		// Moved first: of what another is about to claim with, no part is removed alone.
		const away = `${claimFolder(folder)}.${token}.${i}`;
		try {
			renameSync(join(folder, name), away);
		} catch (error) {
			if (isGone(error)) continue;
			throw error;
		}
		removeAside(away);
	}
	removeEarlierLock(folder);
}

const lookMilliseconds = 50;

/** How long to let a claim of another process stand before it is looked at again. */
const watchMilliseconds = (): number => Math.min(lease.milliseconds / 60, 1000);

async function wait(
	milliseconds: number,
	signal: AbortSignal | undefined,
): Promise<void> {
	await delay(milliseconds, undefined, signal && { signal }).catch(() => {});
	signal?.throwIfAborted();
}

function held(place: Place): HeldClaim {
	const { folder, token } = place;
	// That of a call which a notebook has terminated, and whose remains must not write.
	heldClaims().get(folder)?.lose();
	const claim = new HeldClaim(place);
	heldClaims().set(folder, claim);
	try {
		writing(claimFolder(folder), () => removeLeft(folder, token));
		return claim;
	} catch (error) {
		letGo(claim);
		throw error;
	}
}

/**
 * Takes the claim of a folder, by an absolute path, as soon as this process may have it.
 *
 * Waits for another call in this process, and for the time of the lease where it must be seen whether a process of another machine is at work. Throws where one
 * is, and the reason of `signal` where that ends the wait.
 */
export async function takeClaim(
	folder: string,
	signal: AbortSignal | undefined,
): Promise<HeldClaim> {
	const inWords = <Result>(work: () => Result) =>
		writing(claimFolder(folder), work);
	refuseEarlierLock(folder);
	for (;;) {
		const standing = inWords(() => standingClaim(folder));
		if (!standing) {
			const place = inWords(() => takeFree(folder));
			if (place) return held(place);
			continue;
		}
		const judgment = judgeClaim(folder, standing);
		if ("refuse" in judgment)
			throw new ClaimRefusedError(folder, judgment.refuse);
		if (judgment.take) {
			const place = inWords(() => takeFrom(folder, standing));
			if (place) return held(place);
			await wait(Math.min(lookMilliseconds, watchMilliseconds()), signal);
		} else {
			const isOwn = judgment.because === "own";
			await wait(isOwn ? lookMilliseconds : watchMilliseconds(), signal);
		}
	}
}
