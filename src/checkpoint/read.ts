import type { Container } from "./container.js";
import { quote } from "./error.js";
import { CheckpointFile } from "./file.js";
import { openLegacy } from "./legacy-container.js";
import { TensorLoader } from "./load.js";
import { PythonObject } from "./pickled.js";
import { readSafetensors } from "./safetensors.js";
import { type Other, split } from "./split.js";
import type { NamedTensor, NamedTensors } from "./tensor.js";
import { StoredArray, type Value } from "./value.js";
import { openZip } from "./zip-container.js";

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

export interface ReadOptions {
	/** Which tensors to read, by path; all by default. The bytes of the others are passed over. */
	readonly only?: (name: string) => boolean;
	/** The most memory that reading may take: by default four times the file and 64 MiB. */
	readonly maxBytes?: number;
}

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

function readTorch(
	file: CheckpointFile,
	container: Container,
	wanted: (name: string) => boolean,
): { tensors: NamedTensors; other: Other } {
	refuseModule(file, container.root);
	const { tensors, other } = split(container.root, file);
	const loader = new TensorLoader(file, container);
	const read: [string, NamedTensor][] = [];
	for (const [name, stored] of tensors) {
		if (!wanted(name)) continue;
		const inside = stored instanceof StoredArray;
		read.push([name, inside ? stored.tensor : loader.load(stored, name)]);
	}
	return { tensors: Object.fromEntries(read), other };
}

/**
 * Reads a checkpoint: a file of `torch.save`, with pickle or dill, in either container, or `.safetensors`.
 *
 * Nothing in the file is ever run: classes that are not known become `PythonObject`s. Throws a
 * `CheckpointError` where the file is missing, truncated, corrupt or not a checkpoint.
 */
export function readCheckpoint(
	path: string,
	{ only = () => true, maxBytes }: ReadOptions = {},
): Checkpoint {
	const file = new CheckpointFile(path, maxBytes);
	try {
		const container = detect(file);
		const facts = { path, container, bytes: file.size };
		if (container === "safetensors")
			return { ...facts, ...readSafetensors(file, only), other: {} };
		const open = container === "zip" ? openZip : openLegacy;
		return { ...facts, metadata: {}, ...readTorch(file, open(file), only) };
	} finally {
		file.close();
	}
}
