/** Compares the files of a folder with the hashes that were recorded when they were fetched. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readChecksums } from "./checksums.js";
import { hashFile } from "./download.js";

/** What is known of a folder. */
export interface Verified {
	/** The files that are as they were fetched. */
	readonly sound: ReadonlySet<string>;
	/** Those that were fetched, but are not there any more. */
	readonly missing: readonly string[];
}

/** Looks at every recorded file; throws where one is not as it was fetched. */
export async function verifyFiles(folder: string): Promise<Verified> {
	const sound = new Set<string>();
	const missing: string[] = [];
	for (const [file, known] of await readChecksums(folder)) {
		const path = join(folder, file);
		if (!existsSync(path)) missing.push(file);
		else if ((await hashFile(path)) === known) sound.add(file);
		else
			throw new Error(
				`${path} is not as it was fetched: delete it to fetch it again`,
			);
	}
	return { sound, missing };
}
