import { type Checks, checkOptions } from "../check/check-options.js";
import { callable, number } from "../check/checks.js";
import type { Container } from "./container.js";
import { quote } from "./error.js";
import { CheckpointFile } from "./file.js";
import { openLegacy } from "./legacy-container.js";
import { TensorLoader } from "./load.js";
import { PythonObject } from "./pickled.js";
import { openSafetensors } from "./safetensors.js";
import { type Other, split } from "./split.js";
import type { NamedTensor, NamedTensors } from "./tensor.js";
import { StoredArray, type StoredTensor, type Value } from "./value.js";
import { openZip } from "./zip-container.js";

const concurrentReads = 4;

/** How the tensors of a file are packed. */
export type ContainerName = "zip" | "legacy" | "safetensors";

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

function detect(file: CheckpointFile): ContainerName {
	if (file.size === 0) throw file.error("is empty");
	const head = Buffer.from(
		file.read(0, Math.min(file.size, 512), "its beginning"),
	);
	if (head.subarray(0, 4).equals(Buffer.from("PK\x03\x04"))) return "zip";
	// First this one: the length of its header can begin with any byte.
	if (head[8] === 0x7b) return "safetensors";
	if (head[0] === 0x80) return "legacy";
	if (head.toString("latin1", 257, 262) === "ustar")
		throw file.error(
			"is a tar archive, as PyTorch before 0.1.10 wrote: load it with PyTorch and save it again",
		);
	if (/^\s*<|^version https:\/\/git-lfs/.test(head.toString("latin1")))
		throw file.error(
			"is text, the page or pointer that stood for the file: fetch it again",
		);
	throw file.error(
		"is no checkpoint: it begins neither like a zip archive, nor like a pickle, nor like .safetensors",
	);
}

function refuseModule(file: CheckpointFile, root: Value): void {
	if (!(root instanceof PythonObject)) return;
	const { state, className } = root;
	if (state instanceof Map && (state.has("_modules") || state.has("_buffers")))
		throw file.error(
			`is a pickled whole module (${className}), which only its Python code can load: save its state_dict, torch.save(model.state_dict(), path)`,
		);
	throw file.error(
		`is a pickled object of class ${quote(className)}, not a dictionary of tensors: save its state_dict`,
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

async function readTorch(
	file: CheckpointFile,
	container: Container,
	wanted: (name: string) => boolean,
) {
	refuseModule(file, container.root);
	const { tensors, other } = split(container.root, file);
	const loader = new TensorLoader(file, container);
	const load: Load<StoredTensor | StoredArray> = async (stored, name) =>
		stored instanceof StoredArray ? stored.tensor : loader.load(stored, name);
	return { metadata: {}, other, tensors: await loadAll(tensors, wanted, load) };
}

async function readContents(
	file: CheckpointFile,
	container: ContainerName,
	wanted: (name: string) => boolean,
): Promise<Pick<Checkpoint, "metadata" | "tensors" | "other">> {
	if (container === "zip") return readTorch(file, await openZip(file), wanted);
	if (container === "legacy") return readTorch(file, openLegacy(file), wanted);
	const { metadata, entries, load } = openSafetensors(file);
	return { metadata, other: {}, tensors: await loadAll(entries, wanted, load) };
}

/**
 * Reads a checkpoint: a file of `torch.save`, with pickle or dill, in either container, or `.safetensors`.
 *
 * Nothing in the file is ever run: classes that are not known become `PythonObject`s. Throws a
 * `CheckpointError` where the file is missing, truncated, corrupt or not a checkpoint.
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
	} finally {
		file.close();
	}
}
