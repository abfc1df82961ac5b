import { resolve } from "node:path";
import { openSweep, type Sweep } from "./open-sweep.js";

/**
 * A sweep that was planned, in another notebook, another process, or before the kernel was restarted.
 *
 * Throws, naming the file, where the folder holds none, or its plan is damaged or of a later version.
 */
export async function attach(folder: string): Promise<Sweep> {
	return openSweep(resolve(folder));
}
