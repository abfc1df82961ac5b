/** Writes a file of an archive below a folder. */
import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";

/** Throws where a file of an archive would be written elsewhere than below the folder. */
export function checkInside(archive: string, place: string): void {
	const path = normalize(place);
	const isOutside = path === ".." || path.startsWith(`..${sep}`);
	if (!isOutside && !path.startsWith(sep) && !/^[a-z]:/i.test(path)) return;
	throw new Error(
		`${archive} holds a file for "${place}", outside of the folder it is unpacked into: it is malicious`,
	);
}

/** Writes a file, whole or not at all, in folders that are made; returns its SHA-256 in hexadecimal. */
export async function unpackFile(
	folder: string,
	place: string,
	bytes: Uint8Array,
): Promise<string> {
	const path = join(folder, place);
	await mkdir(dirname(path), { recursive: true });
	await writeFile(`${path}.part`, bytes);
	await rename(`${path}.part`, path);
	return createHash("sha256").update(bytes).digest("hex");
}
