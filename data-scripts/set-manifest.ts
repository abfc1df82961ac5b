/** What is written down of a set of corrupted images: `corruptions.json`, and `SHA256SUMS`. */
import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { isDeepStrictEqual } from "node:util";
import type { CorruptOptions } from "../src/corruptions/corrupt.js";
import type { Corruption, Severity } from "../src/corruptions/corruption.js";
import { frostSource } from "../src/corruptions/frost-pictures.js";
import { makeFolder, writeWhole } from "../src/runs/whole-file.js";
import { readChecksums, recordChecksums } from "./checksums.js";
import type { ImageFormat, Layout } from "./set-layout.js";

/** What is the same for all images of a set. */
export interface SetSettings {
	readonly options: Omit<CorruptOptions, "severity" | "id">;
	readonly layout: Layout;
	/** Absent of arrays. */
	readonly format?: ImageFormat;
	/** The sides of the middle that is cut out before. */
	readonly crop?: number;
	/** What comes before an image in its id, where that is not its place alone. */
	readonly ids?: string;
}

/** What `corruptions.json` holds: settings, and what is in the set so far. */
type Recorded = Readonly<Record<string, unknown>> & {
	/** The codes of corruptions of one's own by their names. */
	readonly own?: Readonly<Record<string, string>>;
	readonly corruptions?: readonly string[];
	readonly severities?: readonly Severity[];
	readonly versions?: Readonly<Record<string, string>>;
};

const asText = (recorded: object): string =>
	`${JSON.stringify(recorded, null, "\t")}\n`;

/** What earlier versions, which do not say it, had. */
const asEver = { layout: "images", format: "png" };

const settingsOf = ({
	own: _own,
	corruptions: _corruptions,
	severities: _severities,
	versions: _versions,
	...settings
}: Recorded) => ({ ...asEver, ...settings });

/** Throws where copies that are there were made with other settings, or by another corruption of the same name. */
function checkRecorded(
	output: string,
	before: Recorded,
	given: Recorded,
): void {
	const [found, wanted] = [settingsOf(before), settingsOf(given)];
	if (!isDeepStrictEqual(found, wanted))
		throw new Error(
			`${output} holds copies made with other settings: ${asText(found).trim()}, not ${asText(wanted).trim()}; choose another folder`,
		);
	for (const [name, code] of Object.entries(given.own ?? {})) {
		const other = before.own?.[name];
		if (other !== undefined && other !== code)
			throw new Error(
				`${output} holds copies of another corruption called "${name}", whose constants or functions were other ones; choose another folder, or remove ${join(output, name)} and its line in corruptions.json`,
			);
	}
}

function ownVersion(): string {
	// Two folders up, from where the build puts this file.
	const file = new URL("../../package.json", import.meta.url);
	return (JSON.parse(readFileSync(file, "utf8")) as { version: string })
		.version;
}

const each = <Item>(...lists: (readonly Item[] | undefined)[]): Item[] => [
	...new Set(lists.flatMap((list) => list ?? [])),
];

/** Records the settings and contents of a set; throws where the folder holds a set of other settings. */
export async function recordManifest(
	output: string,
	{ options, ...layout }: SetSettings,
	contents: {
		readonly corruptions: readonly Corruption[];
		readonly severities: readonly Severity[];
	},
): Promise<void> {
	const { seed = 0, variant = "any-size", channelOrder = "rgb" } = options;
	const { savedAsJpeg = false, frostPictures } = options;
	const settings: Recorded = JSON.parse(
		JSON.stringify({
			variant,
			seed,
			channelOrder,
			savedAsJpeg,
			frost: frostSource(frostPictures),
			...layout,
		}),
	);
	const codes = contents.corruptions.flatMap(({ name, code }) =>
		code === undefined ? [] : [[name, code] as const],
	);
	const given: Recorded = { ...settings, own: Object.fromEntries(codes) };
	const path = join(output, "corruptions.json");
	const found = await readFile(path, "utf8").catch(() => undefined);
	const before: Recorded = found === undefined ? settings : JSON.parse(found);
	checkRecorded(output, before, given);
	const own = { ...before.own, ...given.own };
	const names = contents.corruptions.map(({ name }) => name);
	const text = asText({
		...settings,
		...(Object.keys(own).length > 0 && { own }),
		corruptions: each(before.corruptions, names),
		severities: each(before.severities, contents.severities).sort(),
		versions: {
			"robust-transfer": ownVersion(),
			node: process.versions.node,
		},
	});
	if (found === text) return;
	makeFolder(output);
	writeWhole(path, text);
}

async function hashOf(path: string): Promise<string> {
	const hash = createHash("sha256");
	await pipeline(createReadStream(path), hash);
	return hash.digest("hex");
}

/** Records the hashes of the files of a set, which are read where an interrupted call has written them. */
export async function recordHashes(
	output: string,
	files: Iterable<string>,
	written: ReadonlyMap<string, string>,
): Promise<void> {
	const known = await readChecksums(output);
	const hashes = new Map<string, string>();
	for (const file of files) {
		const hash = written.get(file);
		if (hash !== undefined) hashes.set(file, hash);
		else if (!known.has(file))
			hashes.set(file, await hashOf(join(output, file)));
	}
	if (hashes.size > 0) await recordChecksums(output, hashes);
}
