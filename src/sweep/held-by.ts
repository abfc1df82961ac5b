import { pathOf, standingClaim } from "../runs/claim-folder.js";
import { type Holder, isOfThisSystem, readHolder } from "../runs/holder.js";
import { isLiving } from "../runs/process-mark.js";

/** The process that has claimed a run; who it is cannot be read in the moment in which its claim moves on. */
export interface HeldBy extends Partial<Holder> {
	/** What the claim is called at this moment: it changes for as long as its holder is at work. */
	readonly standing: string;
}

/** Who has claimed a run; undefined where nobody has. */
export function heldBy(folder: string): HeldBy | undefined {
	const standing = standingClaim(folder);
	if (!standing) return undefined;
	const { name, token } = standing;
	return { ...readHolder(pathOf({ folder, name }), token), standing: name };
}

/** Whether the process that has claimed a run is alive; undefined where it is of another machine. */
export function isHolderAlive(holder: HeldBy): boolean | undefined {
	const { pid, began = "" } = holder;
	if (!isOfThisSystem(holder) || pid === undefined) return undefined;
	return isLiving({ pid, began });
}
