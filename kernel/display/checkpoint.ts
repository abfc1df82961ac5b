import type { ZooEntry } from "../../src/backbones/zoo-entry.js";
import type { Checkpoint } from "../../src/checkpoint/read.js";
import { elementCount } from "../../src/checkpoint/tensor.js";
import type { Bundle } from "./bundle.js";
import { count, factsHtml, factsText } from "./facts.js";
import { type Fields, recordsBundleOf } from "./records.js";

function isCheckpoint(value: object): value is Checkpoint {
	const checkpoint = value as Partial<Checkpoint>;
	return (
		typeof checkpoint.path === "string" &&
		typeof checkpoint.container === "string" &&
		typeof checkpoint.tensors === "object" &&
		typeof checkpoint.bytes === "number"
	);
}

function isZooEntry(value: unknown): value is ZooEntry {
	const entry = (value ?? {}) as Partial<ZooEntry>;
	return (
		typeof entry.file === "string" &&
		Array.isArray(entry.sources) &&
		typeof entry.architecture === "string" &&
		typeof entry.parameters === "number"
	);
}

const longest = 120;

const cut = (text: string) =>
	text.length > longest ? `${text.slice(0, longest)}…` : text;

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

function oneCheckpoint(checkpoint: Checkpoint): Bundle {
	const { path, container, bytes, metadata, other, unread = {} } = checkpoint;
	const tensors = Object.entries(checkpoint.tensors);
	const numbers = tensors.reduce(
		(sum, [, { shape }]) => sum + elementCount(shape),
		0,
	);
	const leftOut = Object.entries(unread).map(
		([name, kind]) => `${name} (${kind})`,
	);
	const title = `Checkpoint ${path}`;
	const facts = {
		file: `${container}, ${megabytes(bytes)}`,
		tensors: `${count(tensors.length)} of ${count(numbers)} numbers`,
		unread: leftOut.length > 0 ? cut(leftOut.join(", ")) : undefined,
		...Object.fromEntries(
			Object.entries(metadata).map(([name, text]) => [name, cut(text)]),
		),
		besides: Object.keys(other ?? {}).join(", ") || undefined,
	};
	const rows = tensors.map(([name, { dtype, shape }]) => ({
		name,
		dtype: String(dtype),
		shape: shape.join(" × "),
	}));
	const { data } = recordsBundleOf(rows);
	return {
		data: {
			"text/html": factsHtml(title, facts) + data["text/html"],
			"text/plain": `${factsText(title, facts)}\n${data["text/plain"]}`,
		},
		metadata: {},
	};
}

const rowOf = ([name, entry]: readonly [string, ZooEntry]): Fields => ({
	name,
	model: entry.model,
	architecture: entry.architecture,
	parameters: entry.parameters,
	"clean %": entry.clean,
	"mCE %": entry.mce,
	license: entry.license,
	file: entry.file,
});

/** The value of an object's first property, the others not looked at. */
function firstOf(value: object): unknown {
	for (const name in value) return (value as Record<string, unknown>)[name];
	return undefined;
}

/** A checkpoint as what is in its file; entries of the zoo, by name, as a table. */
export function checkpointBundle(value: object): Bundle | undefined {
	if (isCheckpoint(value)) return oneCheckpoint(value);
	if (Array.isArray(value) || !isZooEntry(firstOf(value))) return undefined;
	const entries = Object.entries(value);
	const isZoo = entries.every(([, entry]) => isZooEntry(entry));
	return isZoo ? recordsBundleOf(entries.map(rowOf)) : undefined;
}
