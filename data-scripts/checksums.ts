/** The hashes of fetched files, in the format of `sha256sum`, so that `sha256sum -c` can check them too. */
import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The name of the file of hashes in a folder. */
export const checksumFile = "SHA256SUMS";

/** The recorded hashes of a folder, by file. */
export async function readChecksums(
	folder: string,
): Promise<Map<string, string>> {
	const path = join(folder, checksumFile);
	if (!existsSync(path)) return new Map();
	const lines = (await readFile(path, "utf8")).split("\n");
	const entries = lines.flatMap((line) => {
		const [, hash, file] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
		return hash && file ? [[file, hash] as const] : [];
	});
	return new Map(entries);
}

/** Records the hashes of files, by file, beside the others. */
export async function recordChecksums(
	folder: string,
	hashes: ReadonlyMap<string, string>,
): Promise<void> {
	const known = await readChecksums(folder);
	for (const [file, sha256] of hashes) known.set(file, sha256);
	const lines = [...known]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([name, hash]) => `${hash}  ${name}\n`);
	const path = join(folder, checksumFile);
	await writeFile(`${path}.part`, lines.join(""));
	await rename(`${path}.part`, path);
}

/** Records the hash of one file beside the others. */
export const recordChecksum = (
	folder: string,
	file: string,
	sha256: string,
): Promise<void> => recordChecksums(folder, new Map([[file, sha256]]));
