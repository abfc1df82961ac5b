import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { HttpError } from "./http.js";

/** Throws where an archive does not have the MD5 that is published for it. */
export async function checkMd5(path: string, known: string): Promise<void> {
	const hash = createHash("md5");
	for await (const chunk of createReadStream(path)) hash.update(chunk);
	const found = hash.digest("hex");
	if (found === known) return;
	throw new HttpError(
		`the archive fetched has the MD5 ${found}, but ${known} is published: it was changed, at its source or on the way`,
		{ final: true },
	);
}
