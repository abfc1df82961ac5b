import { describeHolder, type Holder } from "./holder.js";

/** Another process is writing to a folder, so that this one may not. */
export class ClaimRefusedError extends Error {
	override readonly name = "ClaimRefusedError";

	constructor(
		folder: string,
		readonly holder: Holder,
	) {
		super(
			`${folder}: ${describeHolder(holder)} is writing the run; wait for it, or end it: what it has saved is gone on with once it is gone`,
		);
	}
}
