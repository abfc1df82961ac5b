/** Fetches one file: resumed where it broke off, tried again, checked, and whole or not there at all. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Response } from "undici";
import { connectionError, HttpError, SilenceAlarm } from "./http.js";
import { Partial } from "./partial.js";
import { megabytes } from "./progress.js";
import { openFile } from "./sources.js";

/** Hears how many bytes there are already, and how many there will be if the server says so. */
export type OnProgress = (done: number, total: number | undefined) => void;

export interface DownloadOptions {
	/** The file's hash in hexadecimal, or its first digits. */
	readonly sha256?: string;
	/** Throws where what was fetched, whole and with the right hash, is not what was wanted. */
	readonly validate?: (path: string) => unknown;
	readonly onProgress?: OnProgress;
	/** How often to ask in a row without getting any further. */
	readonly attempts?: number;
	/** How long to wait after the first failure, in milliseconds; doubled after each further one. */
	readonly backoffMs?: number;
	/** How long a server may be silent, in milliseconds. */
	readonly silenceMs?: number;
}

export interface Downloaded {
	readonly bytes: number;
	readonly sha256: string;
}

/** The SHA-256 of a file, in hexadecimal. */
export async function hashFile(path: string): Promise<string> {
	const hash = createHash("sha256");
	for await (const chunk of createReadStream(path)) hash.update(chunk);
	return hash.digest("hex");
}

function versionOf({ headers }: Response): string | undefined {
	const tag = headers.get("etag");
	// A weak tag does not promise the same bytes.
	if (tag?.startsWith('"')) return tag;
	return headers.get("last-modified") ?? undefined;
}

function count(text: string | null | undefined): number | undefined {
	return text && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Headers that ask for what is missing, provided that the file is still of the same version. */
async function resumption(partial: Partial): Promise<Record<string, string>> {
	const size = await partial.size();
	const version = await partial.version();
	if (size === 0 || version === undefined) return {};
	return { range: `bytes=${size}-`, "if-range": version };
}

/** Makes the part on disk what the answer goes on from, and says how long the whole file is. */
async function align(
	partial: Partial,
	response: Response,
): Promise<number | undefined> {
	const range = response.headers.get("content-range") ?? "";
	const [, first, length] =
		/^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)/.exec(range) ?? [];
	const total = count(length);
	const size = await partial.size();
	if (response.status === 416 && size === total) return total;
	const version = versionOf(response);
	const same = version === (await partial.version());
	if (response.status === 206 && Number(first) === size && same) return total;
	await partial.restart(version);
	if (response.status === 200)
		return count(response.headers.get("content-length"));
	throw new HttpError(
		`${new URL(response.url).host} answers with another part of the file than the one asked for`,
	);
}

async function checkSpace(path: string, bytes: number): Promise<void> {
	const { bavail, bsize } = await statfs(dirname(path));
	if (bavail * bsize >= bytes) return;
	throw new HttpError(
		`${dirname(path)} has room for ${megabytes(bavail * bsize)}, but the file needs ${megabytes(bytes)} more: make room, or choose another folder`,
		{ final: true },
	);
}

/** Appends what the answer brings; throws where it brings more or less than it says. */
async function receive(
	response: Response,
	partial: Partial,
	{
		total,
		alarm,
		onProgress,
	}: {
		total: number | undefined;
		alarm: SilenceAlarm;
		onProgress: OnProgress;
	},
): Promise<void> {
	let size = await partial.size();
	await checkSpace(partial.path, (total ?? size) - size);
	const file = await open(partial.path, "a");
	try {
		onProgress(size, total);
		for await (const chunk of response.body ?? []) {
			alarm.heard();
			await file.appendFile(chunk);
			size += chunk.length;
			onProgress(size, total);
		}
	} finally {
		await file.close();
	}
	if (total === undefined || size === total) return;
	if (size > total) await partial.restart(undefined);
	throw new HttpError(
		`the server sent ${size} bytes of a file that it says has ${total}`,
	);
}

async function attempt(
	url: string,
	partial: Partial,
	options: { silenceMs: number; onProgress: OnProgress },
): Promise<void> {
	const alarm = new SilenceAlarm(options.silenceMs);
	try {
		const headers = await resumption(partial);
		const response = await openFile(url, headers, alarm.signal);
		const total = await align(partial, response);
		const { onProgress } = options;
		if (response.status === 416) await response.body?.cancel();
		else await receive(response, partial, { total, alarm, onProgress });
	} catch (error) {
		if (error instanceof HttpError) throw error;
		// The file system's own errors; those of the network come wrapped.
		if ((error as NodeJS.ErrnoException).errno !== undefined) throw error;
		throw connectionError(
			url,
			alarm.signal.aborted ? alarm.signal.reason : error,
		);
	} finally {
		alarm.stop();
	}
}

/** Looks at the whole file; one that is not what was wanted is removed. */
async function check(
	url: string,
	partial: Partial,
	{ sha256: known = "", validate }: DownloadOptions,
): Promise<Downloaded> {
	try {
		const sha256 = await hashFile(partial.path);
		if (!sha256.startsWith(known.toLowerCase()))
			throw new HttpError(
				`${url} brought a file with the SHA-256 ${sha256}, but ${known} is known: it was changed, at its source or on the way`,
				{ final: true },
			);
		await validate?.(partial.path);
		return { bytes: await partial.size(), sha256 };
	} catch (error) {
		await partial.remove();
		throw error;
	}
}

const longestWaitMs = 60_000;

/** Asks again and again, as long as that brings more of the file. */
async function insist(
	url: string,
	partial: Partial,
	{
		onProgress = () => {},
		attempts = 5,
		backoffMs = 1000,
		silenceMs = 30_000,
	}: DownloadOptions,
): Promise<void> {
	let furthest = await partial.size();
	let failures = 0;
	for (;;) {
		try {
			return await attempt(url, partial, { onProgress, silenceMs });
		} catch (error) {
			if (!(error instanceof HttpError) || error.final) throw error;
			const size = await partial.size();
			failures = size > furthest ? 1 : failures + 1;
			furthest = Math.max(furthest, size);
			if (failures >= attempts) throw error;
			const wait = Math.max(error.waitMs, backoffMs * 2 ** (failures - 1));
			await sleep(Math.min(wait, longestWaitMs));
		}
	}
}

/**
 * Fetches a file to `path`, whose folder is made where it is missing.
 *
 * What was fetched before a failure lies beside it as `.part` and is gone on from, in this call or a
 * later one, if the server can. Throws an `HttpError` of one line, or what `validate` throws.
 */
export async function download(
	url: string,
	path: string,
	options: DownloadOptions = {},
): Promise<Downloaded> {
	await mkdir(dirname(path), { recursive: true });
	const partial = new Partial(path);
	await insist(url, partial, options);
	const downloaded = await check(url, partial, options);
	await partial.finish();
	return downloaded;
}
