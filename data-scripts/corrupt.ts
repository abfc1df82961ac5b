/**
 * Writes corrupted copies of a set of images once, for all runs and programs to share: `npx robust-transfer-data corrupt --help`.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { didYouMean } from "../src/check/did-you-mean.js";
import { readArguments } from "../src/check/read-arguments.js";
import { cifar10CBar } from "../src/corruptions/c-bar/cifar-10-c-bar.js";
import { imagenetCBar } from "../src/corruptions/c-bar/imagenet-c-bar.js";
import { channelOrders } from "../src/corruptions/corrupt.js";
import {
	type AnyCorruption,
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
import { corruptArrays } from "./corrupt-arrays.js";
import { corruptFolder } from "./corrupt-folder.js";
import { progressCounter } from "./progress-counter.js";
import { imageFormats, type Layout, layouts } from "./set-layout.js";

const cBar = [...new Set([...imagenetCBar, ...cifar10CBar])];
const cBarNames = cBar.map(({ name }) => name).join(", ");

/** Names that stand for several corruptions. */
const sets: Readonly<Record<string, readonly string[]>> = {
	common: commonCorruptions,
	"imagenet-c-bar": imagenetCBar.map(({ name }) => name),
	"cifar-10-c-bar": cifar10CBar.map(({ name }) => name),
};

const usage = `Writes corrupted copies of a set of images, without loss, in a published layout.

  npx robust-transfer-data corrupt <images> <copies> [options]

  --layout images         all image files below <images>, as <corruption>/<severity>/<path>.png, or
                          imagenet-c: the same, with a folder for each class and the published names (gaussian_noise)
                          coco: the images of --annotations, which are copied too
                          cifar-10-c: <images> has CIFAR-10; an array for each corruption, and labels.npy
  --annotations file      of coco: instances_val2017.json
  --format png            or jpeg: with quality 85, as the published ImageNet-C has it, which changes pixels
  --crop 224              cuts out the middle of the resized image first, as the published ImageNet-C does
  --ids imagenet/val      what comes before an image in its id, from which it is drawn: by default the last two folders
                          of <images>, as tasks have it; not of images, whose ids are the paths alone
  --corruptions a,b,c     default: the fifteen common ones and your own; also ${corruptionNames.slice(15).join(", ")};
                          ${cBarNames};
                          or sets: ${Object.keys(sets).join(", ")}
  --module mine.js#haze   a corruption of your own, as the module exports it; again for another
  --severities 1,2        default: ${severities.join(",")}
  --variant any-size      or ${corruptionVariants.slice(1).join(", ")}
  --seed 0
  --channel-order rgb     or bgr, as the study had it
  --saved-as-jpeg         pixels as after a JPEG of quality 85, saved without loss
  --frost data/frost      the original pictures of frost; without them, frost is procedural
  --workers n             default: one for each core

A call after an interruption writes what is missing. corruptions.json has the settings, SHA256SUMS the hashes:
sha256sum -c SHA256SUMS.
`;

/** The arguments as they are written. */
const readCommand = () =>
	readArguments({
		allowPositionals: true,
		options: {
			layout: { type: "string", default: "images" },
			annotations: { type: "string" },
			format: { type: "string" },
			crop: { type: "string" },
			ids: { type: "string" },
			corruptions: { type: "string" },
			module: { type: "string", multiple: true, default: [] },
			severities: { type: "string" },
			variant: { type: "string", default: "any-size" },
			seed: { type: "string", default: "0" },
			"channel-order": { type: "string", default: "rgb" },
			"saved-as-jpeg": { type: "boolean", default: false },
			frost: { type: "string", default: "data/frost" },
			workers: { type: "string" },
			help: { type: "boolean", default: false },
		},
	});

type Values = ReturnType<typeof readCommand>["values"];

/** The options that have no meaning in a layout. */
const strange: Readonly<Record<Layout, readonly (keyof Values)[]>> = {
	images: ["annotations", "ids"],
	"imagenet-c": ["annotations"],
	coco: ["crop"],
	"cifar-10-c": ["annotations", "format", "crop", "ids", "severities"],
};

function layoutOf(values: Values): Layout {
	const [layout] = chosen("layout", [values.layout], layouts) as [Layout];
	const wrong = strange[layout].find((name) => values[name] !== undefined);
	if (wrong !== undefined)
		throw new Error(`--${wrong} says nothing of the layout ${layout}`);
	return layout;
}

/** The corruptions that are named, in sets and alone, and those of modules. */
async function corruptionsOf({
	module,
	corruptions,
}: Values): Promise<AnyCorruption[]> {
	const own = await Promise.all((module ?? []).map(exported));
	const ownNames = own.map(({ name }) => name);
	const twin = ownNames.find((name, i) => ownNames.indexOf(name) !== i);
	if (twin !== undefined)
		throw new Error(`--module gives two corruptions called "${twin}"`);
	const asked = corruptions?.split(",") ?? ["common", ...ownNames];
	const names = asked.flatMap((name) => sets[name.trim()] ?? [name]);
	const known = [
		...own,
		...cBar.filter(({ name }) => !ownNames.includes(name)),
	];
	const allowed = [...corruptionNames, ...known.map(({ name }) => name)];
	return [...new Set(chosen("corruption", names, allowed))].map(
		(name) =>
			known.find((one) => one.name === name) ?? (name as CorruptionName),
	);
}

async function main(): Promise<void> {
	const { values, positionals } = readCommand();
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
	const layout = layoutOf(values);
	const frostPictures = await loadFrostPictures(values.frost);
	const drawn = {
		corruptions: await corruptionsOf(values),
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
	};
	const asked = values.severities?.split(",") ?? severities.map(String);
	const summary =
		layout === "cifar-10-c"
			? await corruptArrays(images, copies, drawn)
			: await corruptFolder(images, copies, {
					...drawn,
					severities: chosen("severity", asked, severities),
					layout,
					format: chosen("format", [values.format ?? "png"], imageFormats)[0]!,
					...(values.crop && { crop: integer("crop", values.crop, 1) }),
					...(values.ids !== undefined && { ids: values.ids }),
					annotations: values.annotations,
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

function integer(name: string, text: string, least = -Infinity): number {
	const value = Number(text);
	if (text.trim() !== "" && Number.isSafeInteger(value) && value >= least)
		return value;
	const from = least > -Infinity ? ` from ${least} on` : "";
	throw new Error(`${name} must be an integer${from}, not "${text}"`);
}

try {
	await main();
} catch (error) {
	process.stderr.write(`${(error as Error).message}\n`);
	process.exitCode = 1;
}
