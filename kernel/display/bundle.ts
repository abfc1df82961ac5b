import { backboneBundle } from "./backbone.js";
import { checkpointBundle } from "./checkpoint.js";
import { figureBundle, isFigure } from "./figure.js";
import { type MimeData, mimeData } from "./mime.js";
import { pictureBundle } from "./picture.js";
import { plainText, shorten } from "./plain.js";
import { recipeBundle } from "./recipe.js";
import { recordsBundle } from "./records.js";
import { runBundle } from "./run.js";
import { isTable, tableHtml, tableText } from "./table.js";
import { taskBundle } from "./task.js";
import { isTensor, tensorBundle, tensorListBundle } from "./tensor.js";
import { treeHtml } from "./tree.js";

export interface Bundle {
	readonly data: MimeData;
	readonly metadata: Record<string, unknown>;
}

/** Objects with a method of this name say themselves how they are displayed, as in Deno. */
export const displaySymbol = Symbol.for("Jupyter.display");

const imageTypes: readonly (readonly [string, readonly number[]])[] = [
	["image/png", [0x89, 0x50, 0x4e, 0x47]],
	["image/jpeg", [0xff, 0xd8, 0xff]],
	["image/gif", [0x47, 0x49, 0x46, 0x38]],
];

/** What the library's own objects look like; the first that knows a value shows it. */
const describers: readonly ((value: object) => Bundle | undefined)[] = [
	tensorListBundle,
	pictureBundle,
	backboneBundle,
	taskBundle,
	runBundle,
	recipeBundle,
	checkpointBundle,
	recordsBundle,
];

const withoutMetadata = (data: MimeData): Bundle => ({ data, metadata: {} });

const asText = (value: unknown) =>
	withoutMetadata({ "text/plain": plainText(value) });

/** Text, and where that has several lines, HTML that unfolds; it is left out where some part cannot be read. */
function asTree(value: object): Bundle {
	const bundle = asText(value);
	const isNested = String(bundle.data["text/plain"]).includes("\n");
	if (typeof value === "function" || value instanceof Error || !isNested) {
		return bundle;
	}
	try {
		const data = { "text/html": treeHtml(value), ...bundle.data };
		return withoutMetadata(data);
	} catch {
		return bundle;
	}
}

function imageBundle(bytes: Uint8Array): Bundle | undefined {
	const [type] =
		imageTypes.find(([, magic]) =>
			magic.every((byte, i) => bytes[i] === byte),
		) ?? [];
	if (type === undefined) return undefined;
	const name = type.replace("image/", "").toUpperCase();
	const text = `${name} image of ${(bytes.length / 1000).toFixed(1)} kB`;
	return withoutMetadata(mimeData({ [type]: bytes, "text/plain": text }));
}

function ownDisplay(value: object): (() => unknown) | undefined {
	const method = (value as Record<symbol, unknown>)[displaySymbol];
	return typeof method === "function" ? () => method.call(value) : undefined;
}

function describeObject(value: object): Bundle | Promise<Bundle> {
	const method = ownDisplay(value);
	if (method) {
		const data = method();
		return data instanceof Promise
			? data.then((ready) => withoutMetadata(mimeData(ready)))
			: withoutMetadata(mimeData(data));
	}
	if (value instanceof Uint8Array) {
		const image = imageBundle(value);
		if (image) return image;
	}
	if (ArrayBuffer.isView(value)) return asText(value);
	if (isTable(value)) {
		return withoutMetadata({
			"text/html": tableHtml(value),
			"text/plain": tableText(value),
		});
	}
	if (isFigure(value)) return figureBundle(value);
	if (isTensor(value)) return tensorBundle(value);
	for (const describe of describers) {
		const bundle = describe(value);
		if (bundle) return bundle;
	}
	return asTree(value);
}

/**
 * How a value is shown: by its own `Symbol.for("Jupyter.display")` method, else as a table, figure,
 * tensor, image or object of the library when it looks like one, else as text.
 *
 * A display that throws falls back to text that says so.
 */
export function bundleOf(value: unknown): Bundle | Promise<Bundle> {
	const fallback = (error: unknown) =>
		withoutMetadata({
			"text/plain": `${plainText(value)}\n(its display failed: ${shorten(String(error), 2000)})`,
		});
	if ((typeof value !== "object" && typeof value !== "function") || !value) {
		return asText(value);
	}
	try {
		const bundle = describeObject(value);
		return bundle instanceof Promise ? bundle.catch(fallback) : bundle;
	} catch (error) {
		return fallback(error);
	}
}
