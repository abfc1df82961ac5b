/** Unpacks a zip archive, one file after the other, however large it is. */
import { CheckpointFile } from "../src/checkpoint/file.js";
import {
	readMember,
	type ZipMember,
	zipMembers,
} from "../src/checkpoint/zip.js";
import type { OnProgress } from "./download.js";
import { checkInside, unpackFile } from "./unpack-file.js";

export interface UnzipOptions {
	/** Where a file of the archive goes, below the folder; undefined leaves it out. */
	readonly placeOf?: (name: string) => string | undefined;
	/** Hears how many bytes are unpacked, and how many there will be. */
	readonly onProgress?: OnProgress;
}

interface Planned {
	readonly member: ZipMember;
	readonly place: string;
}

function plan(
	archive: string,
	members: Iterable<ZipMember>,
	placeOf: (name: string) => string | undefined,
): Planned[] {
	const planned: Planned[] = [];
	for (const member of members) {
		const place = member.name.endsWith("/") ? undefined : placeOf(member.name);
		if (place === undefined) continue;
		checkInside(archive, place);
		planned.push({ member, place });
	}
	return planned;
}

/**
 * Unpacks files of an archive below a folder, each whole or not there at all; returns the SHA-256 of each.
 *
 * Throws where the archive is truncated or damaged, a checksum in it is wrong, or a file would be written
 * outside of the folder.
 */
export async function unzip(
	archive: string,
	folder: string,
	{ placeOf = (name) => name, onProgress = () => {} }: UnzipOptions = {},
): Promise<Map<string, string>> {
	const file = new CheckpointFile(archive, Number.POSITIVE_INFINITY);
	const hashes = new Map<string, string>();
	try {
		const planned = plan(archive, zipMembers(file).values(), placeOf);
		const total = planned.reduce((sum, { member }) => sum + member.size, 0);
		let done = 0;
		for (const { member, place } of planned) {
			const bytes = await readMember(file, member);
			hashes.set(place, await unpackFile(folder, place, bytes));
			done += member.size;
			onProgress(done, total);
		}
	} finally {
		file.close();
	}
	return hashes;
}
