/**
 * Fetches ADE20K SceneParsing: `npx robust-transfer-data ade20k [--folder FOLDER]`
 *
 * The archive, 920 MB, is fetched from its authors' page, verified and unpacked. Its annotations are under
 * the BSD 3-clause license; its images may be used for non-commercial research and education only.
 */
import { pathToFileURL } from "node:url";
import { readArguments } from "../src/check/read-arguments.js";
import { ade20kFolder } from "../src/tasks/ade20k/ade20k.js";
import { type FetchZipsOptions, fetchZips } from "./fetch-zips.js";

/** Where the archive is, and what is known of it. */
export const ade20kArchive = {
	url: "http://data.csail.mit.edu/places/ADEchallenge/ADEChallengeData2016.zip",
	md5: "7328b3957e407ddae1d3cbf487f149ef",
} as const;

export interface FetchAde20kOptions extends Partial<FetchZipsOptions> {
	readonly archive?: { readonly url: string; readonly md5: string };
}

const inArchive = /^ADEChallengeData2016\//;

/** Fetches and unpacks ADE20K into a folder, `data/ade20k` by default, as `fetchZips` does. */
export async function fetchAde20k({
	folder = ade20kFolder,
	output = process.stderr,
	archive = ade20kArchive,
	...options
}: FetchAde20kOptions = {}): Promise<void> {
	const source = {
		...archive,
		title: "ADE20K",
		placeOf: (name: string) => name.replace(inArchive, ""),
		holds: () => true,
	};
	await fetchZips([source], { folder, output, ...options });
}

async function main(): Promise<void> {
	const { values } = readArguments({ options: { folder: { type: "string" } } });
	await fetchAde20k(values.folder ? { folder: values.folder } : {});
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
	main().catch((error: Error) => {
		process.stderr.write(`${error.message}\n`);
		process.exitCode = 1;
	});
