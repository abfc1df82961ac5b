import { readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

const most = 200;

/** The files and folders that a beginning of a path can mean, folders with a slash at their end. */
export function completePath(beginning: string, folder: string): string[] {
	const cut = beginning.lastIndexOf("/") + 1;
	const head = beginning.slice(0, cut);
	const start = beginning.slice(cut);
	const place = head.startsWith("~/")
		? join(homedir(), head.slice(2))
		: resolve(folder, head);
	try {
		return readdirSync(place)
			.filter(
				(name) =>
					name.startsWith(start) && (start !== "" || !name.startsWith(".")),
			)
			.sort()
			.slice(0, most)
			.map((name) => head + name + (isFolder(join(place, name)) ? "/" : ""));
	} catch {
		return [];
	}
}

const isFolder = (path: string) =>
	statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
