import { pathOf, type Standing, standingClaim } from "./claim-folder.js";
import { heldClaims } from "./held-claim.js";
import {
	type Holder,
	isOfThisSystem,
	ownHolder,
	readHolder,
} from "./holder.js";
import { lease } from "./lease.js";
import { isNothingHeld } from "./notebook-hold.js";
import { isLiving } from "./process-mark.js";

/** What to do about a claim that another has: take it over, look at it again, or leave the folder to it. */
export type Judgment =
	| { readonly take: true }
	| { readonly take: false; readonly because: "own" | "watched" }
	| { readonly refuse: Holder };

interface Seen {
	readonly standing: Standing;
	/** By this process' clock. */
	readonly since: number;
}

/** The claims of others, since when they stand as they do: those of many folders are watched at once. */
const seen = new Map<string, Seen>();

/** Notes where the claim of a folder stands, and tells how it was when it was noted before. */
function note(folder: string, standing: Standing): Seen {
	const before = seen.get(folder);
	const isSame = before?.standing.token === standing.token;
	if (before && isSame) return before;
	const now = { standing, since: performance.now() };
	seen.set(folder, now);
	return now;
}

/** Whether a claim may be taken over since it does not move. */
function whetherStill(
	folder: string,
	standing: Standing,
	holder: Holder | undefined,
): Judgment {
	let noted = note(folder, standing);
	if (noted.standing.count !== standing.count) {
		seen.delete(folder);
		if (holder) return { refuse: holder };
		noted = note(folder, standing);
	}
	return performance.now() - noted.since >= lease.milliseconds
		? { take: true }
		: { take: false, because: "watched" };
}

/**
 * What to do about a claim that stands in a folder.
 *
 * It is taken over at once where it is of an earlier attempt of the same job, of a process of this machine that is gone,
 * or of a call in this process that a notebook has terminated. Of a process that is alive on this machine, and of a later attempt of this job, it is left alone.
 * What else there is has to stand still for the time of the lease, by this process' own clock.
 */
export function judgeClaim(folder: string, standing: Standing): Judgment {
	const { name, token } = standing;
	const holder = readHolder(pathOf({ folder, name }), token);
	if (!holder) return whetherStill(folder, standing, holder);
	const { pid, began, job, attempt = 0 } = ownHolder(token);
	const isHere = isOfThisSystem(holder);
	if (isHere && holder.pid === pid && holder.began === began) {
		const isHeld = heldClaims().get(folder)?.token === token;
		if (!isHeld || isNothingHeld()) return { take: true };
		return { take: false, because: "own" };
	}
	const { attempt: other = 0 } = holder;
	if (job !== undefined && holder.job === job && other !== attempt)
		return other < attempt ? { take: true } : { refuse: holder };
	if (!isHere) return whetherStill(folder, standing, holder);
	return isLiving(holder) ? { refuse: holder } : { take: true };
}

/** Begins to watch the claims of folders, so that those that are to be taken over one after another are waited for together. */
export function watchClaims(folders: readonly string[]): void {
	for (const folder of folders) {
		const standing = standingClaim(folder);
		if (standing) note(folder, standing);
	}
}
