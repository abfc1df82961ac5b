import { pathOf, standingClaim } from "./claim-folder.js";
import { describeHolder, type Holder, readHolder } from "./holder.js";

function successorOf(folder: string): Holder | undefined {
	const standing = standingClaim(folder);
	return (
		standing && readHolder(pathOf({ folder, ...standing }), standing.token)
	);
}

/** Another process has taken over what this one was writing; nothing of this one is written any more. */
export class ClaimLostError extends Error {
	override readonly name = "ClaimLostError";
	/** Who has taken over; undefined where that has come to its end since. */
	readonly holder: Holder | undefined;

	constructor(folder: string) {
		const holder = successorOf(folder);
		const who = holder
			? describeHolder(holder)
			: "another process, which is not at it any more,";
		super(
			`${folder}: ${who} has taken over the run; what is on the disk is the other's, and this process stops and adds nothing to it`,
		);
		this.holder = holder;
	}
}
