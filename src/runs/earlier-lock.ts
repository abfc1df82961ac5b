import { readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describeHolder, type Holder } from "./holder.js";
import { isLiving } from "./process-mark.js";

/** The file by which versions before the claim held a folder. */
const lockFile = "lock";

const isOfLock = (name: string): boolean =>
	name === lockFile || /^lock\.\d+\.(claim|stale)$/.test(name);

/** Throws where a process of this machine, of a version before the claim, is writing to a folder. */
export function refuseEarlierLock(folder: string): void {
	const path = join(folder, lockFile);
	let holder: Holder | null;
	try {
		holder = JSON.parse(readFileSync(path, "utf8")) as Holder | null;
	} catch {
		return;
	}
	if (!Number.isInteger(holder?.pid)) return;
	const { host, pid } = holder as Holder;
	if (host === hostname() && pid !== process.pid && isLiving(holder as Holder))
		throw new Error(
			`${path}: ${describeHolder({ ...(holder as Holder) })} is writing the run, by an earlier version; wait for it, or, if it is gone, remove the file`,
		);
}

/** Removes what versions before the claim have left in a folder. */
export function removeEarlierLock(folder: string): void {
	for (const name of readdirSync(folder))
		if (isOfLock(name)) rmSync(join(folder, name), { force: true });
}
