import { type Checks, checkOptions } from "../check/check-options.js";
import { text, whole } from "../check/checks.js";
import { didYouMean } from "../check/did-you-mean.js";
import { shown } from "../check/shown.js";
import { readCheckpoint } from "../checkpoint/read.js";
import { stateDict } from "../checkpoint/state-dict.js";
import {
	type Architecture,
	type ArchitectureName,
	architectures,
} from "./architectures.js";
import { type Backbone, backbone, headless } from "./backbone.js";
import {
	type FindOptions,
	findCheckpoint,
	findChecks,
} from "./find-checkpoint.js";
import {
	isMiniBackboneName,
	type MiniBackboneName,
	miniArchitecture,
} from "./mini-backbone.js";
import { resolveArchitecture } from "./resolve-architecture.js";
import { isZooName, type ZooName, zoo, zooEntry } from "./zoo.js";
import type { ZooEntry } from "./zoo-entry.js";

/** Where the checkpoint is, and what is made of it. */
export interface LoadOptions extends FindOptions {
	/** Outputs of the classifier, where the file has another one than the architecture; 0 leaves it out. */
	readonly classes?: number;
	/** What runs and tables call it; by default the name in the zoo, or that of the architecture. */
	readonly name?: string;
	/** The path of the weights in the file, as in `stateDict`: `ema_state_dict`, say; detected by default. */
	readonly dictionary?: string;
}

const checks: Checks<LoadOptions> = {
	dictionary: text,
	...findChecks,
	name: text,
	classes: whole({ from: 0 }),
};

const isArchitecture = (name: string): name is ArchitectureName =>
	Object.hasOwn(architectures, name);

type Loadable = ZooName | MiniBackboneName | ArchitectureName | Architecture;

/** The architecture that is given or named, of which there must be a file; undefined for a name of the zoo. */
function architectureOf(
	what: Loadable,
	from: string | undefined,
): Architecture | undefined {
	const isGiven = typeof what === "object" && what !== null;
	if (!isGiven && !isArchitecture(what)) {
		if (from === undefined || isZooName(what) || isMiniBackboneName(what))
			return undefined;
		const names = Object.keys(architectures);
		throw new Error(
			`there is no architecture ${shown(what)} that ${from} could be of; the architectures are ${names.join(", ")}${didYouMean(what, [...names, ...Object.keys(zoo)])}`,
		);
	}
	const net = isGiven
		? resolveArchitecture("loadBackbone", what)
		: architectures[what];
	if (from !== undefined) return net;
	const [called, file] = isGiven ? ["what is given", "my"] : [what, what];
	throw new Error(
		`${called} is an architecture: name a file too, as in { from: "${file}.pth" }, or one of its published checkpoints`,
	);
}

/**
 * Loads a published backbone by its name in the zoo, a bundled one as `miniBackbone` does, or any checkpoint of an
 * architecture from a file.
 *
 * `loadBackbone("resnet50/prime")` looks in `data/checkpoints`, then in `folder`, and throws the command
 * that fetches a file which is in neither; `loadBackbone("resnet50", { from: "my.pth" })` takes any file
 * that `readCheckpoint` reads, and so does `loadBackbone({ family: mine, classes: 10 }, { from: "my.pth" })` for an
 * architecture of one's own. Of a released detector or segmenter the backbone is taken, without classifier.
 * Throws a `CheckpointError` where the file is damaged or holds no weights, and one error that lists all
 * tensors that are missing, left over or of another shape.
 */
export async function loadBackbone(
	what: ZooName | MiniBackboneName | ArchitectureName | Architecture,
	options: LoadOptions = {},
): Promise<Backbone> {
	checkOptions("loadBackbone", options, checks);
	const { from, folder, dictionary } = options;
	const given = architectureOf(what, from);
	const published = given ? undefined : (what as ZooName | MiniBackboneName);
	const { path } = findCheckpoint(given ? "" : (what as ZooName), {
		from,
		folder,
	});
	const only = (tensor: string) => !tensor.startsWith("optimizer/");
	const checkpoint = await readCheckpoint(path, { only });
	const chosen = dictionary === undefined ? {} : { dictionary };
	const { name = published } = options;
	const called = name === undefined ? {} : { name };
	if (published !== undefined && isMiniBackboneName(published)) {
		const whole = withClasses(miniArchitecture(published), options);
		return { ...called, ...backbone(whole, stateDict(checkpoint, chosen)) };
	}
	const entry = published && zooEntry(published);
	const net = given ?? architectures[(entry as ZooEntry).architecture];
	if (entry && entry.model !== "classifier") {
		const tensors = stateDict(checkpoint, { ...chosen, part: "backbone" });
		return { ...called, ...backbone(headless(net, "pyramid"), tensors) };
	}
	const tensors = stateDict(checkpoint, chosen);
	return { ...called, ...backbone(withClasses(net, options), tensors) };
}

const withClasses = (
	net: Architecture,
	{ classes = net.classes }: LoadOptions,
): Architecture => ({ ...net, classes });
