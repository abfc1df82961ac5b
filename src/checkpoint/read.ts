import { type Checks, checkOptions } from "../check/check-options.js";
import { callable, number } from "../check/checks.js";
import type { Container } from "./container.js";
import { type ContainerName, detect } from "./detect.js";
import { CheckpointError, quote } from "./error.js";
import { CheckpointFile } from "./file.js";
import { openLegacy } from "./legacy-container.js";
import { TensorLoader } from "./load.js";
import { PythonObject } from "./pickled.js";
import { openSafetensors } from "./safetensors.js";
import { type Other, type Readable, split } from "./split.js";
import type { NamedTensor, NamedTensors } from "./tensor.js";
import { StoredArray, type Value } from "./value.js";
import { isWholeModule, moduleProblem } from "./whole-module.js";
import { openZip } from "./zip-container.js";

const concurrentReads = 4;

/** What a checkpoint file holds. */
export interface Checkpoint {
	readonly path: string;
	readonly container: ContainerName;
	/** The size of the file. */
	readonly bytes: number;
	/** The text metadata of a `.safetensors` file. */
	readonly metadata: Readonly<Record<string, string>>;
	/** By path: the dictionary keys that lead to a tensor, joined by `/`, as in `state_dict/module.conv1.weight`. */
	readonly tensors: NamedTensors;
	/**
	 * Tensors that have no plain values here, by path, and of what kind they are: `sparse`, `quantized`, `nested`,
	 * `meta`, of an element type that is not known, or of a name that several have. Not there where all were read.
	 */
	readonly unread?: Readonly<Record<string, string>>;
	/** Everything that is not a tensor, in the structure it has in the file. */
	readonly other: Other;
}

/** How a checkpoint is read. */
export interface ReadOptions {
	/** Which tensors to read, by path; all by default. The bytes of the others are passed over. */
	readonly only?: (name: string) => boolean;
	/** The most memory that reading may take: by default four times the file and 64 MiB. */
	readonly maxBytes?: number;
}

const checks: Checks<ReadOptions> = {
	only: callable,
	maxBytes: number({ from: 0, infinite: true }),
};

function refuseModule(file: CheckpointFile, root: Value): void {
	if (!(root instanceof PythonObject)) return;
	if (isWholeModule(root)) throw file.error(`is ${moduleProblem(root)}`);
	throw file.error(
		`is a pickled object of class ${quote(root.className)}, not a dictionary of tensors: save its state_dict`,
	);
}

type Load<Item> = (item: Item, name: string) => Promise<NamedTensor>;

/** Loads a few tensors at a time; where one fails, only once no other is being read any more. */
async function loadAll<Item>(
	items: ReadonlyMap<string, Item>,
	wanted: (name: string) => boolean,
	load: Load<Item>,
): Promise<NamedTensors> {
	const chosen = [...items].filter(([name]) => wanted(name));
	const loaded = new Map<string, NamedTensor>();
	let next = 0;
	const reader = async () => {
		try {
			while (next < chosen.length) {
				const [name, item] = chosen[next++] as (typeof chosen)[number];
				loaded.set(name, await load(item, name));
			}
		} finally {
			next = chosen.length;
		}
	};
	const readers = Array.from({ length: concurrentReads }, reader);
	for (const ended of await Promise.allSettled(readers))
		if (ended.status === "rejected") throw ended.reason;
	return Object.fromEntries(
		chosen.map(([name]) => [name, loaded.get(name) as NamedTensor]),
	);
}

type Contents = Pick<Checkpoint, "metadata" | "tensors" | "unread" | "other">;

function wantedOf(
	unread: ReadonlyMap<string, string>,
	wanted: (name: string) => boolean,
): Pick<Checkpoint, "unread"> {
	const chosen = [...unread].filter(([name]) => wanted(name));
	return chosen.length > 0 ? { unread: Object.fromEntries(chosen) } : {};
}

async function readTorch(
	file: CheckpointFile,
	container: Container,
	wanted: (name: string) => boolean,
): Promise<Contents> {
	refuseModule(file, container.root);
	const { tensors, unread, other } = split(container.root, file);
	const loader = new TensorLoader(file, container);
	const load: Load<Readable> = async (stored, name) =>
		stored instanceof StoredArray ? stored.tensor : loader.load(stored, name);
	return {
		metadata: {},
		other,
		tensors: await loadAll(tensors, wanted, load),
		...wantedOf(unread, wanted),
	};
}

async function readContents(
	file: CheckpointFile,
	container: ContainerName,
	wanted: (name: string) => boolean,
): Promise<Contents> {
	if (container === "zip") return readTorch(file, await openZip(file), wanted);
	if (container === "legacy") return readTorch(file, openLegacy(file), wanted);
	const { metadata, tensors, unread, load } = openSafetensors(file);
	return {
		metadata,
		other: {},
		tensors: await loadAll(tensors, wanted, load),
		...wantedOf(unread, wanted),
	};
}

/**
 * Reads a checkpoint: a file of `torch.save`, with pickle or dill, in either container, or `.safetensors`.
 *
 * Nothing in the file is ever run: classes that are not known become `PythonObject`s. Tensors without plain
 * values are named in `unread`. Throws a `CheckpointError` where the file is missing, truncated, corrupt or
 * not a checkpoint.
 */
export async function readCheckpoint(
	path: string,
	options: ReadOptions = {},
): Promise<Checkpoint> {
	checkOptions("readCheckpoint", options, checks);
	const { only = () => true, maxBytes } = options;
	const file = new CheckpointFile(path, maxBytes);
	try {
		const container = detect(file);
		const contents = await readContents(file, container, only);
		return { path, container, bytes: file.size, ...contents };
	} catch (cause) {
		if (!(cause instanceof RangeError)) throw cause;
		const problem = `holds more than this version of Node.js can: ${cause.message}`;
		throw new CheckpointError(path, problem, { cause });
	} finally {
		file.close();
	}
}
