import { type Checks, checkOptions } from "../check/check-options.js";
import { text } from "../check/checks.js";
import { CheckpointError, quote } from "./error.js";
import type { Checkpoint } from "./read.js";
import type { NamedTensor, NamedTensors } from "./tensor.js";
import { isWholeModule, moduleProblem } from "./whole-module.js";

/** A tensor by its path in the file and by its name; one that was not read by its kind. */
interface Entry {
	readonly path: string;
	readonly name: string;
	readonly tensor: NamedTensor | string;
}

const dictionaries = ["state_dict", "model_state_dict", "model", ""];
const wrappers = ["module.", "model.", "backbone."];
/** The copies that the `robustness` library and RobustBench keep beside the model. */
const besideModel = /^(attacker|normalizer|normalize)\./;
/** How often PyTorch's and mmengine's averaged models were updated: beside a model below `module.`. */
const updates = /^(n_averaged|steps)$/;
/** What torch.compile, FSDP and checkpointed activations put before the names of what they wrap. */
const transparent = new Set([
	"_orig_mod",
	"_fsdp_wrapped_module",
	"_checkpoint_wrapped_module",
]);

const deepestWrapping = 8;
const mostChoices = 20;

/** Which part of a checkpoint is the state_dict. */
export interface StateDictOptions {
	/**
	 * The path of the dictionary in the file, such as `ema_state_dict` or `ema/model`, or of what has no other
	 * dictionary of tensors in it; detected by default.
	 */
	readonly dictionary?: string;
	/** One part of a detector or segmenter, such as `backbone`, and none of the others. */
	readonly part?: string;
}

const checks: Checks<StateDictOptions> = { dictionary: text, part: text };

function byDictionary(entries: readonly Entry[]): Map<string, Entry[]> {
	const found = new Map<string, Entry[]>();
	for (const entry of entries) {
		const slash = entry.path.lastIndexOf("/");
		const dictionary = entry.path.slice(0, Math.max(0, slash));
		const others = found.get(dictionary) ?? [];
		others.push({ ...entry, name: entry.path.slice(slash + 1) });
		found.set(dictionary, others);
	}
	return found;
}

/** The dictionary of that path, or the only one below it. */
function within(
	found: ReadonlyMap<string, Entry[]>,
	path: string,
): Entry[] | undefined {
	const own = found.get(path);
	if (own) return own;
	const [below, ...others] = [...found].filter(([key]) =>
		key.startsWith(`${path}/`),
	);
	return others.length === 0 ? below?.[1] : undefined;
}

function otherAt({ other }: Checkpoint, path: string): unknown {
	let value: unknown = other;
	for (const key of path.split("/"))
		value =
			value !== null && typeof value === "object" && Object.hasOwn(value, key)
				? value[key as never]
				: undefined;
	return value;
}

/** Throws where a pickled module is what was meant. */
function refuseModules(checkpoint: Checkpoint, paths: Iterable<string>): void {
	for (const path of paths) {
		const value = otherAt(checkpoint, path);
		if (isWholeModule(value))
			throw new CheckpointError(
				checkpoint.path,
				`holds under ${quote(path)} ${moduleProblem(value)}`,
			);
	}
}

function allEntries({ tensors, unread = {} }: Checkpoint): Entry[] {
	const all = { ...tensors, ...unread };
	return Object.entries(all).map(([path, tensor]) => ({
		path,
		name: path,
		tensor,
	}));
}

function noDictionary(
	{ path }: Checkpoint,
	found: ReadonlyMap<string, Entry[]>,
	dictionary?: string,
): CheckpointError {
	const choices = [...found.keys()].slice(0, mostChoices).map(quote);
	return new CheckpointError(
		path,
		choices.length === 0
			? "holds no tensors: it is not the weights of a model"
			: `holds ${dictionary === undefined ? "none of the known dictionaries of weights" : `no dictionary ${quote(dictionary)}`}; choose by { dictionary } one of ${choices.join(", ")}`,
	);
}

function select(checkpoint: Checkpoint, dictionary?: string): Entry[] {
	const entries = allEntries(checkpoint);
	if (checkpoint.container === "safetensors" && !dictionary) return entries;
	const found = byDictionary(entries);
	if (dictionary !== undefined) {
		const chosen = within(found, dictionary);
		if (chosen) return chosen;
		refuseModules(checkpoint, [dictionary]);
		throw noDictionary(checkpoint, found, dictionary);
	}
	for (const name of dictionaries) {
		const chosen = found.get(name);
		if (chosen) return chosen;
		refuseModules(checkpoint, [name]);
	}
	const top = [...found.keys()].filter((key) => !/\/|^optim/.test(key));
	const only = top.length === 1 ? found.get(top[0] as string) : undefined;
	if (only) return only;
	refuseModules(checkpoint, Object.keys(checkpoint.other ?? {}));
	throw noDictionary(checkpoint, found);
}

function withoutPrefix(entries: readonly Entry[], prefix: string): Entry[] {
	return entries.map((entry) => ({
		...entry,
		name: entry.name.startsWith(prefix)
			? entry.name.slice(prefix.length)
			: entry.name,
	}));
}

/** Leaves out what wrappers keep beside the model. */
function modelOnly(entries: readonly Entry[]): readonly Entry[] {
	const counted = entries.filter(({ name }) => !updates.test(name));
	const isAverage = counted.every(({ name }) => name.startsWith("module."));
	const model = isAverage && counted.length > 0 ? counted : entries;
	const wrapsModel = model.some(({ name }) => name.startsWith("model."));
	return wrapsModel
		? model.filter(({ name }) => !besideModel.test(name))
		: model;
}

/** Takes off what wrappers put inside of a name, and the `module` of wrappers beside those. */
function withoutWrappers(name: string): string {
	const parts = name.split(".");
	const isWrapper = (part: string) => transparent.has(part);
	if (!parts.some(isWrapper)) return name;
	const kept: string[] = [];
	let start = 0;
	for (const [i, part] of parts.entries()) {
		const isOwn = i === parts.length - 1;
		if (!isOwn && (part === "module" || isWrapper(part))) continue;
		const before = parts.slice(start, i);
		if (!before.some(isWrapper)) for (const each of before) kept.push(each);
		kept.push(part);
		start = i + 1;
	}
	return kept.join(".");
}

/** Takes off what wrappers put before every name. */
function unwrap(
	entries: readonly Entry[],
	prefixes: readonly string[],
): readonly Entry[] {
	let model = modelOnly(entries);
	for (let level = 0; level < deepestWrapping; level++) {
		const prefix = prefixes.find((wrapper) =>
			model.every(({ name }) => name.startsWith(wrapper)),
		);
		if (!prefix) break;
		model = modelOnly(withoutPrefix(model, prefix));
	}
	return model;
}

function wholeModel(entries: readonly Entry[]): readonly Entry[] {
	const model = unwrap(entries, wrappers);
	// A classifier of mmcls or mmpretrain; a detector has further parts and keeps all its names.
	const classifier = model.every(({ name }) => /^(backbone|head)\./.test(name));
	return classifier ? withoutPrefix(model, "backbone.") : model;
}

function partOf(
	{ path }: Checkpoint,
	entries: readonly Entry[],
	part: string,
): readonly Entry[] {
	const isOwn = ({ name }: Entry) => name.startsWith(`${part}.`);
	const all = entries.some(isOwn) ? entries : unwrap(entries, ["module."]);
	const own = all.filter(isOwn);
	if (own.length > 0) return withoutPrefix(own, `${part}.`);
	const parts = new Set(all.map(({ name }) => name.split(".")[0]));
	throw new CheckpointError(
		path,
		`has no part "${part}"; it has ${[...parts].slice(0, mostChoices).join(", ")}`,
	);
}

const list = (paths: readonly string[]): string =>
	paths.length > mostChoices
		? `${paths.slice(0, mostChoices).join(", ")} and ${paths.length - mostChoices} more`
		: paths.join(", ");

/** Throws where a tensor was not read, or where two would have one name. */
function checked(
	{ path }: Checkpoint,
	entries: readonly Entry[],
): NamedTensors {
	const read: [string, NamedTensor][] = [];
	const readable: string[] = [];
	const unread: string[] = [];
	const paths = new Map<string, string>();
	for (const { name, tensor, path: own } of entries) {
		const other = paths.get(name);
		if (other !== undefined)
			throw new CheckpointError(
				path,
				`has two tensors that the model would call ${quote(name)}: ${quote(other)} and ${quote(own)}; leave one out by readCheckpoint(path, { only })`,
			);
		paths.set(name, own);
		if (typeof tensor === "string") unread.push(`${quote(own)} (${tensor})`);
		else {
			read.push([name, tensor]);
			readable.push(quote(own));
		}
	}
	if (unread.length === 0) return Object.fromEntries(read);
	throw new CheckpointError(
		path,
		`has tensors without plain values: ${list(unread)}; leave out those that the model does not need by readCheckpoint(path, { only }), and save the others as plain tensors; read were ${list(readable) || "none"}`,
	);
}

/**
 * The weights in a checkpoint, by the names that the model gives them.
 *
 * The dictionary is found (`state_dict`, `model_state_dict`, `model`, the file itself, or the only one
 * there is); the prefixes `module.`, `model.` and `backbone.` are taken off where all names have them, and
 * those of torch.compile, FSDP and checkpointed activations wherever they stand; the normalizer and the
 * attacker's copy of the model that the `robustness` library saves, and the counter of an averaged model, are
 * dropped. Throws a `CheckpointError` where there are no weights, where more than one dictionary could be
 * meant, where it is a pickled module, where two tensors would have one name, and where one of them was not
 * read: it names those, and `readCheckpoint(path, { only })` leaves them out.
 */
export function stateDict(
	checkpoint: Checkpoint,
	options: StateDictOptions = {},
): NamedTensors {
	checkOptions("stateDict", options, checks);
	const { dictionary, part } = options;
	const entries = select(checkpoint, dictionary).map((entry) => ({
		...entry,
		name: withoutWrappers(entry.name),
	}));
	const named = part ? partOf(checkpoint, entries, part) : wholeModel(entries);
	return checked(checkpoint, named);
}
