import { type ColumnTable, table } from "arquero";
import { PythonObject } from "./pickled.js";
import type { Checkpoint } from "./read.js";
import type { Other } from "./split.js";
import { elementCount } from "./tensor.js";

const longest = 80;

interface Row {
	readonly name: string;
	readonly kind: "tensor" | "unread" | "value" | "metadata";
	readonly dtype: string | null;
	readonly shape: string | null;
	readonly elements: number | null;
	readonly bytes: number | null;
	readonly value: string | null;
}

const nothing = {
	dtype: null,
	shape: null,
	elements: null,
	bytes: null,
	value: null,
};

function cut(text: string): string {
	return text.length > longest ? `${text.slice(0, longest)}...` : text;
}

function plain(_: string, value: unknown): unknown {
	if (typeof value === "bigint") return String(value);
	if (typeof value === "string") return cut(value);
	if (value instanceof PythonObject) return `<${cut(value.className)}>`;
	return value instanceof Uint8Array ? `<${value.length} bytes>` : value;
}

function show(value: Other): string {
	return cut(JSON.stringify(value, plain));
}

function valueRows(value: Other, path: string): Row[] {
	const inner =
		value !== null &&
		typeof value === "object" &&
		!Array.isArray(value) &&
		!(value instanceof Uint8Array) &&
		!(value instanceof PythonObject);
	if (!inner)
		return [{ ...nothing, name: path, kind: "value", value: show(value) }];
	return Object.entries(value).flatMap(([key, item]) =>
		valueRows(item, path === "" ? key : `${path}/${key}`),
	);
}

function rows({ tensors, unread, metadata, other }: Checkpoint): Row[] {
	return [
		...Object.entries(tensors).map(
			([name, { dtype, shape, data }]): Row => ({
				...nothing,
				name,
				kind: "tensor",
				dtype,
				shape: shape.join("×"),
				elements: elementCount(shape),
				bytes: data.byteLength,
			}),
		),
		...Object.entries(unread ?? {}).map(
			([name, value]): Row => ({ ...nothing, name, kind: "unread", value }),
		),
		...valueRows(other, ""),
		...Object.entries(metadata).map(
			([name, value]): Row => ({ ...nothing, name, kind: "metadata", value }),
		),
	];
}

/**
 * What is in a checkpoint, as a dataframe: a row for each tensor, each other value and each metadata text.
 *
 * Columns: `name` (its path in the file), `kind`, and for tensors `dtype`, `shape` (such as `64×3×7×7`,
 * empty for a scalar), `elements` and `bytes`, for the others `value` as JSON, cut at 80 characters. A tensor
 * without plain values is `unread`, with its kind as `value`.
 */
export function describeCheckpoint(checkpoint: Checkpoint): ColumnTable {
	const all = rows(checkpoint);
	const column = <Name extends keyof Row>(name: Name) =>
		all.map((row) => row[name]);
	return table({
		name: column("name"),
		kind: column("kind"),
		dtype: column("dtype"),
		shape: column("shape"),
		elements: column("elements"),
		bytes: column("bytes"),
		value: column("value"),
	});
}
