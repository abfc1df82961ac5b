import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** Where this system keeps what can be made again, for the user of this process. */
function systemCache(): string {
	if (process.platform === "win32")
		return process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local");
	if (process.platform === "darwin")
		return join(homedir(), "Library", "Caches");
	const named = process.env.XDG_CACHE_HOME;
	return named && isAbsolute(named) ? named : join(homedir(), ".cache");
}

/** The folder of what is made again where it is missing: for what cannot stand beside what it is made of. */
export const cacheFolder = (): string => join(systemCache(), "robust-transfer");
