/** Where a file really is: behind Google Drive's question, or in a record of Zenodo. */
import type { Response } from "undici";
import type { ZooSource } from "../src/backbones/zoo-entry.js";
import { HttpError, request, SilenceAlarm } from "./http.js";

const entities: Record<string, string> = {
	"&amp;": "&",
	"&quot;": '"',
	"&#39;": "'",
	"&lt;": "<",
	"&gt;": ">",
};

function attribute(tag: string, name: string): string {
	const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
	return value.replace(/&\w+;|&#39;/g, (entity) => entities[entity] ?? entity);
}

/** The address behind the "Download anyway" of Google Drive's page for large files; undefined on other pages. */
export function confirmedUrl(page: string, url: string): string | undefined {
	const form = /<form[^>]*id="download-form"[^>]*>/.exec(page);
	if (!form) return undefined;
	const confirmed = new URL(attribute(form[0], "action"), url);
	const fields = page.slice(form.index).split("</form>")[0] as string;
	for (const [field] of fields.matchAll(/<input[^>]*type="hidden"[^>]*>/g))
		confirmed.searchParams.set(
			attribute(field, "name"),
			attribute(field, "value"),
		);
	return confirmed.href;
}

function pageError(url: string, page: string): HttpError {
	const quota = /too many users|quota/i.test(page);
	return new HttpError(
		quota
			? `${url}: too many people fetched it today; try again tomorrow, or fetch it in a browser`
			: `${url} answers with a web page, not with the file: look at it in a browser`,
		{ final: true },
	);
}

/** Asks for a file, and answers the question that Google Drive may put before it. */
export async function openFile(
	url: string,
	headers: Record<string, string>,
	signal: AbortSignal,
): Promise<Response> {
	const response = await request(url, headers, signal);
	if (!response.headers.get("content-type")?.startsWith("text/html"))
		return response;
	const page = await response.text();
	const confirmed = confirmedUrl(page, response.url);
	if (confirmed === undefined) throw pageError(url, page);
	const second = await request(confirmed, headers, signal);
	if (!second.headers.get("content-type")?.startsWith("text/html"))
		return second;
	throw pageError(url, await second.text());
}

interface ZenodoRecord {
	readonly files?: readonly {
		readonly key: string;
		readonly links: { readonly self: string };
	}[];
}

/** The address of a source: for a record of Zenodo, that of its only file whose name matches. */
export async function sourceUrl(
	source: ZooSource,
	silenceMs: number,
): Promise<string> {
	if (typeof source === "string") return source;
	const alarm = new SilenceAlarm(silenceMs);
	try {
		const response = await request(source.record, {}, alarm.signal);
		const { files = [] } = (await response.json()) as ZenodoRecord;
		const pattern = new RegExp(source.file);
		const found = files.filter(({ key }) => pattern.test(key));
		if (found.length === 1) return (found[0] as (typeof found)[0]).links.self;
		throw new HttpError(
			`${source.record} has ${found.length} files that match ${source.file}, not one; it has ${files.map(({ key }) => key).join(", ")}`,
			{ final: true },
		);
	} finally {
		alarm.stop();
	}
}
