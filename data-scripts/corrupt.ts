/**
 * Writes corrupted copies of an image folder once, for all runs to share: `npx robust-transfer-data corrupt --help`.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { didYouMean } from "../src/check/did-you-mean.js";
import { readArguments } from "../src/check/read-arguments.js";
import { channelOrders } from "../src/corruptions/corrupt.js";
import {
	type Corruption,
	type CorruptionName,
	commonCorruptions,
	corruptionNames,
	corruptionVariants,
	severities,
} from "../src/corruptions/corruption.js";
import { loadCorruption } from "../src/corruptions/find-corruption.js";
import {
	frostSource,
	loadFrostPictures,
} from "../src/corruptions/frost-pictures.js";
import { corruptFolder } from "./corrupt-folder.js";
import { progressCounter } from "./progress-counter.js";

const usage = `Writes corrupted copies of all image files below a folder, as PNG.

  npx robust-transfer-data corrupt <images> <copies> [options]

  --corruptions a,b,c     default: the fifteen common ones and your own; also ${corruptionNames.slice(15).join(", ")}
  --module mine.js#haze   a corruption of your own, as the module exports it; again for another
  --severities 1,2        default: ${severities.join(",")}
  --variant any-size      or ${corruptionVariants.slice(1).join(", ")}
  --seed 0
  --channel-order rgb     or bgr, as the study had it
  --saved-as-jpeg         as the published ImageNet-C is, with quality 85
  --frost data/frost      the original pictures of frost; without them, frost is procedural
  --workers n             default: one for each core

A call after an interruption writes what is missing.
`;

async function main(): Promise<void> {
	const { values, positionals } = readArguments({
		allowPositionals: true,
		options: {
			corruptions: { type: "string" },
			module: { type: "string", multiple: true, default: [] },
			severities: { type: "string", default: severities.join(",") },
			variant: { type: "string", default: "any-size" },
			seed: { type: "string", default: "0" },
			"channel-order": { type: "string", default: "rgb" },
			"saved-as-jpeg": { type: "boolean", default: false },
			frost: { type: "string", default: "data/frost" },
			workers: { type: "string" },
			help: { type: "boolean", default: false },
		},
	});
	const [images, copies, ...rest] = positionals;
	if (
		values.help ||
		images === undefined ||
		copies === undefined ||
		rest.length > 0
	) {
		process.stdout.write(usage);
		process.exitCode = values.help ? 0 : 2;
		return;
	}
	const frostPictures = await loadFrostPictures(values.frost);
	const own = await Promise.all(values.module.map(exported));
	const ownNames = own.map(({ name }) => name);
	const twin = ownNames.find((name, i) => ownNames.indexOf(name) !== i);
	if (twin !== undefined)
		throw new Error(`--module gives two corruptions called "${twin}"`);
	const asked = values.corruptions?.split(",") ?? [
		...commonCorruptions,
		...ownNames,
	];
	const corruptions = chosen("corruption", asked, [
		...corruptionNames,
		...ownNames,
	]).map(
		(name) => own.find((one) => one.name === name) ?? (name as CorruptionName),
	);
	const summary = await corruptFolder(images, copies, {
		corruptions,
		severities: chosen("severity", values.severities.split(","), severities),
		variant: chosen("variant", [values.variant], corruptionVariants)[0]!,
		channelOrder: chosen(
			"channel order",
			[values["channel-order"]],
			channelOrders,
		)[0]!,
		savedAsJpeg: values["saved-as-jpeg"],
		seed: integer("seed", values.seed),
		workers: values.workers ? integer("workers", values.workers) : undefined,
		frostPictures,
		report: progressCounter("copies"),
	});
	process.stdout.write(
		`${summary.written} copies written, ${summary.kept} kept; frost is ${frostSource(frostPictures)}\n`,
	);
	for (const failure of summary.failures) process.stderr.write(`${failure}\n`);
	if (summary.failures.length > 0) process.exitCode = 1;
}

/** The members of `allowed` that have the names. */
function chosen<Value extends string | number>(
	what: string,
	names: readonly string[],
	allowed: readonly Value[],
): Value[] {
	return names.map((name) => {
		const found = allowed.find((value) => String(value) === name.trim());
		if (found !== undefined) return found;
		throw new Error(
			`unknown ${what} "${name}"; allowed: ${allowed.join(", ")}${didYouMean(name, allowed)}`,
		);
	});
}

/** The corruption that `path#name` stands for. */
function exported(place: string): Promise<Corruption> {
	const [, path, name] = /^(.+)#([^#]+)$/.exec(place) ?? [];
	if (path === undefined || name === undefined)
		throw new Error(
			`--module needs a file and the name under which it exports the corruption, mine.js#haze, not "${place}"`,
		);
	return loadCorruption({ module: pathToFileURL(resolve(path)).href, name });
}

function integer(name: string, text: string): number {
	const value = Number(text);
	if (text.trim() !== "" && Number.isSafeInteger(value)) return value;
	throw new Error(`${name} must be an integer, not "${text}"`);
}

try {
	await main();
} catch (error) {
	process.stderr.write(`${(error as Error).message}\n`);
	process.exitCode = 1;
}
