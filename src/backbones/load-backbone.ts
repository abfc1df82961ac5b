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
import { isZooName, type ZooName, zoo, zooEntry } from "./zoo.js";

/** Where the checkpoint is, and what is made of it. */
export interface LoadOptions extends FindOptions {
	/** Outputs of the classifier, where the file has another one than the architecture; 0 leaves it out. */
	readonly classes?: number;
	/** The path of the weights in the file, as in `stateDict`: `ema_state_dict`, say; detected by default. */
	readonly dictionary?: string;
}

const checks: Checks<LoadOptions> = {
	dictionary: text,
	...findChecks,
	classes: whole({ from: 0 }),
};

const isArchitecture = (name: string): name is ArchitectureName =>
	Object.hasOwn(architectures, name);

/**
 * Loads a published backbone by its name in the zoo, a bundled one as `miniBackbone` does, or any checkpoint of an
 * architecture from a file.
 *
 * `loadBackbone("resnet50/prime")` looks in `data/checkpoints`, then in `folder`, and throws the command
 * that fetches a file which is in neither; `loadBackbone("resnet50", { from: "my.pth" })` takes any file
 * that `readCheckpoint` reads. Of a released detector or segmenter the backbone is taken, without classifier.
 * Throws a `CheckpointError` where the file is damaged or holds no weights, and one error that lists all
 * tensors that are missing, left over or of another shape.
 */
export async function loadBackbone(
	name: ZooName | MiniBackboneName | ArchitectureName,
	options: LoadOptions = {},
): Promise<Backbone> {
	checkOptions("loadBackbone", options, checks);
	const { from, folder } = options;
	const isKnown =
		isArchitecture(name) || isMiniBackboneName(name) || isZooName(name);
	if (from !== undefined && !isKnown) {
		const names = Object.keys(architectures);
		throw new Error(
			`there is no architecture ${shown(name)} that ${from} could be of; the architectures are ${names.join(", ")}${didYouMean(name, [...names, ...Object.keys(zoo)])}`,
		);
	}
	if (isArchitecture(name) && from === undefined) {
		throw new Error(
			`${name} is an architecture: name a file too, as in { from: "${name}.pth" }, or one of its published checkpoints`,
		);
	}
	const { path } = findCheckpoint(name, { from, folder });
	const only = (tensor: string) => !tensor.startsWith("optimizer/");
	const checkpoint = await readCheckpoint(path, { only });
	const { dictionary } = options;
	const chosen = dictionary === undefined ? {} : { dictionary };
	if (isArchitecture(name)) {
		const tensors = stateDict(checkpoint, chosen);
		return backbone(withClasses(architectures[name], options), tensors);
	}
	if (isMiniBackboneName(name)) {
		const whole = withClasses(miniArchitecture(name), options);
		return { name, ...backbone(whole, stateDict(checkpoint, chosen)) };
	}
	const { architecture, model } = zooEntry(name);
	const net = architectures[architecture];
	if (model === "classifier") {
		const whole = withClasses(net, options);
		return { name, ...backbone(whole, stateDict(checkpoint, chosen)) };
	}
	const tensors = stateDict(checkpoint, { ...chosen, part: "backbone" });
	return { name, ...backbone(headless(net, "pyramid"), tensors) };
}

const withClasses = (
	net: Architecture,
	{ classes = net.classes }: LoadOptions,
): Architecture => ({ ...net, classes });
