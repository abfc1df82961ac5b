import { type Checks, checkOptions } from "../check/check-options.js";
import { text } from "../check/checks.js";
import { CheckpointError, quote } from "./error.js";
import type { Checkpoint } from "./read.js";
import type { NamedTensor, NamedTensors } from "./tensor.js";

type Entry = readonly [name: string, tensor: NamedTensor];

const dictionaries = ["state_dict", "model_state_dict", "model", ""];
const wrappers = ["module.", "model.", "backbone."];
/** The copies that the `robustness` library and RobustBench keep beside the model. */
const besideModel = /^(attacker|normalizer|normalize)\./;

const deepestWrapping = 8;
const mostChoices = 20;

/** Which part of a checkpoint is the state_dict. */
export interface StateDictOptions {
	/** The path of the dictionary in the file, such as `ema/model`; detected by default. */
	readonly dictionary?: string;
	/** One part of a detector or segmenter, such as `backbone`, and none of the others. */
	readonly part?: string;
}

const checks: Checks<StateDictOptions> = { dictionary: text, part: text };

function byDictionary(tensors: NamedTensors): Map<string, Entry[]> {
	const found = new Map<string, Entry[]>();
	for (const [path, tensor] of Object.entries(tensors)) {
		const slash = path.lastIndexOf("/");
		const dictionary = path.slice(0, Math.max(0, slash));
		const entries = found.get(dictionary) ?? [];
		entries.push([path.slice(slash + 1), tensor]);
		found.set(dictionary, entries);
	}
	return found;
}

function select(
	{ path, tensors, container }: Checkpoint,
	dictionary?: string,
): Entry[] {
	if (container === "safetensors" && !dictionary)
		return Object.entries(tensors);
	const found = byDictionary(tensors);
	const top = [...found.keys()].filter((key) => !/\/|^optim/.test(key));
	const only = top.length === 1 ? top : [];
	const wanted =
		dictionary === undefined ? [...dictionaries, ...only] : [dictionary];
	const key = wanted.find((name) => found.has(name));
	if (key !== undefined) return found.get(key) as Entry[];
	const choices = [...found.keys()].slice(0, mostChoices).map(quote);
	throw new CheckpointError(
		path,
		choices.length === 0
			? "holds no tensors: it is not the weights of a model"
			: `holds ${dictionary === undefined ? "none of the known dictionaries of weights" : `no dictionary "${dictionary}"`}; choose by { dictionary } one of ${choices.join(", ")}`,
	);
}

function withoutPrefix(entries: readonly Entry[], prefix: string): Entry[] {
	return entries.map(([name, tensor]) => [
		name.startsWith(prefix) ? name.slice(prefix.length) : name,
		tensor,
	]);
}

/** Leaves out what wrappers keep beside the model. */
function modelOnly(entries: readonly Entry[]): readonly Entry[] {
	const wrapsModel = entries.some(([name]) => name.startsWith("model."));
	return wrapsModel
		? entries.filter(([name]) => !besideModel.test(name))
		: entries;
}

/** Takes off what wrappers put before every name. */
function unwrap(entries: readonly Entry[]): readonly Entry[] {
	let model = modelOnly(entries);
	for (let level = 0; level < deepestWrapping; level++) {
		const prefix = wrappers.find((wrapper) =>
			model.every(([name]) => name.startsWith(wrapper)),
		);
		if (!prefix) break;
		model = modelOnly(withoutPrefix(model, prefix));
	}
	// A classifier of mmcls or mmpretrain; a detector has further parts and keeps all its names.
	const classifier = model.every(([name]) => /^(backbone|head)\./.test(name));
	return classifier ? withoutPrefix(model, "backbone.") : model;
}

function selectPart(
	{ path }: Checkpoint,
	entries: readonly Entry[],
	part: string,
): Entry[] {
	const own = entries.filter(([name]) => name.startsWith(`${part}.`));
	if (own.length > 0) return withoutPrefix(own, `${part}.`);
	const parts = new Set(entries.map(([name]) => name.split(".")[0]));
	throw new CheckpointError(
		path,
		`has no part "${part}"; it has ${[...parts].slice(0, mostChoices).join(", ")}`,
	);
}

/**
 * The weights in a checkpoint, by the names that the model gives them.
 *
 * The dictionary is found (`state_dict`, `model_state_dict`, `model`, the file itself, or the only one
 * there is); the prefixes `module.`, `model.` and `backbone.` are taken off where all names have them;
 * the normalizer and the attacker's copy of the model that the `robustness` library saves are dropped.
 * Throws a `CheckpointError` where there are no weights, or more than one dictionary could be meant.
 */
export function stateDict(
	checkpoint: Checkpoint,
	options: StateDictOptions = {},
): NamedTensors {
	checkOptions("stateDict", options, checks);
	const { dictionary, part } = options;
	const entries = select(checkpoint, dictionary);
	const named = part ? selectPart(checkpoint, entries, part) : unwrap(entries);
	return Object.fromEntries(named);
}
