import { resolve } from "node:path";
import { letGo } from "./held-claim.js";
import { watchClaims } from "./judge-claim.js";
import { withNotebookHold } from "./notebook-hold.js";
import { takeClaim } from "./take-claim.js";

/** A folder that this process alone writes to, as long as it is not taken over. */
export interface Claim {
	/** By an absolute path. */
	readonly folder: string;
	/** Is aborted, with a `ClaimLostError`, when another process has taken over: what is heard then stops, and saves nothing. */
	readonly signal: AbortSignal;
	/** Makes sure that the folder is this process' at this moment; throws a `ClaimLostError` where it is not. */
	fence(): void;
}

/**
 * Does something while no other process, nor another call in this one, may write to a folder.
 *
 * The folder holds `claim/<count>.<token>/`, which moves on, by renames, twelve times in a minute. Who finds it standing
 * still for a minute, by a clock of its own, renames it too, and has the folder; at once where its process is gone from this machine, or is an earlier attempt of
 * the same job of Slurm. What `writeWhole`, `writeWeights` and the others write in the folder is renamed into place out of the claim: whoever was taken
 * over, and goes on, as after a pause, finds nothing there to rename, and throws a `ClaimLostError`. A row is added after the claim has moved on.
 * All of it is renames, which file systems of a network do at once for all, and whose outcome the server decides; no lock of a file, no exclusive
 * creation, no time of a file and no clock of another is relied on, and a list that is late only costs another try. That was tried on local disks, and with lists made late; on a network's not.
 *
 * Waits for another call in this process, such as that of a cell that was interrupted in the midst of a step, and up to a minute where a process of another machine has
 * the folder and it must be seen whether it is still there. Throws where another process writes to the folder, and the reason of `signal` where that ends the wait.
 */
export async function withClaim<Result>(
	folder: string,
	work: (claim: Claim) => Promise<Result>,
	signal?: AbortSignal,
): Promise<Result> {
	const claim = await takeClaim(resolve(folder), signal);
	try {
		return await withNotebookHold(() => work(claim));
	} finally {
		letGo(claim);
	}
}

/** The same for several folders, in an order that is always the same: two calls could wait for each other. */
export async function withClaims<Result>(
	folders: readonly string[],
	work: (claims: readonly Claim[]) => Promise<Result>,
	signal?: AbortSignal,
): Promise<Result> {
	const inOrder = [...new Set(folders.map((folder) => resolve(folder)))].sort();
	watchClaims(inOrder);
	const take = (at: number, claims: readonly Claim[]): Promise<Result> => {
		const folder = inOrder[at];
		if (folder === undefined) return work(claims);
		return withClaim(
			folder,
			(claim) => take(at + 1, [...claims, claim]),
			signal,
		);
	};
	return take(0, []);
}

/** A signal that is aborted where the first of several is, with its reason. */
export const heeding = (
	claims: readonly Claim[],
	signal: AbortSignal | undefined,
): AbortSignal =>
	AbortSignal.any([
		...(signal ? [signal] : []),
		...claims.map((claim) => claim.signal),
	]);
