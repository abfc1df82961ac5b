import {
	type Architecture,
	architectures,
} from "../../src/backbones/architectures.js";
import type { Backbone } from "../../src/backbones/backbone.js";
import { zoo } from "../../src/backbones/zoo.js";
import type { ZooEntry } from "../../src/backbones/zoo-entry.js";
import type { Params } from "../../src/nn/params.js";
import type { Bundle } from "./bundle.js";
import { count, factsBundle } from "./facts.js";
import { type Fields, recordsBundleOf } from "./records.js";
import { settingText } from "./setting.js";

/** Tells a backbone by what it can do. */
function isBackbone(value: unknown): value is Backbone {
	const backbone = (value ?? {}) as Partial<Backbone>;
	return (
		typeof backbone.features === "function" &&
		typeof backbone.pyramid === "function" &&
		typeof backbone.params === "object" &&
		["string", "object"].includes(typeof backbone.architecture?.family)
	);
}

/** The published name of an architecture, whatever its classes, and its sizes. */
function architectureText(net: Architecture): string {
	const { classes, ...settings } = net;
	// The family's own module would load TensorFlow.js, for which the kernel does not wait.
	const { family } = net;
	const name = typeof family === "string" ? family : family.name;
	const sizes = { ...settings, family: name };
	const known = Object.entries(architectures).find(
		([, { classes: _, ...given }]) => settingText(given) === settingText(sizes),
	);
	const outputs = classes > 0 ? `${count(classes)} classes` : "no classifier";
	return `${known ? `${known[0]}: ` : ""}${settingText(sizes)}, ${outputs}`;
}

/** What is published of a backbone of the zoo. */
function published(name: string | undefined): string | undefined {
	const entry: ZooEntry | undefined = Object.entries(zoo).find(
		([known]) => known === name,
	)?.[1];
	if (!entry) return undefined;
	const { clean, mce, license } = entry;
	return [
		...(clean === undefined ? [] : [`ImageNet top-1 ${clean} %`]),
		...(mce === undefined ? [] : [`mCE ${mce} %`]),
		`license ${license}`,
	].join(", ");
}

type Weights = readonly Params[string][];

const sizeOf = (weights: Weights) =>
	weights.reduce((total, { size }) => total + size, 0);

const trainedSize = (weights: Weights) =>
	sizeOf(weights.filter(({ trainable }) => trainable));

function oneBackbone({ name, architecture, params }: Backbone): Bundle {
	const weights = Object.values(params);
	const title = `Backbone ${name ?? "without a name"}`;
	const facts = {
		architecture: architectureText(architecture),
		parameters: `${count(trainedSize(weights))} in ${weights.length} tensors with the running statistics, ${((4 * sizeOf(weights)) / 1e6).toFixed(1)} MB`,
		published: published(name),
		state: weights.some(({ isDisposed }) => isDisposed)
			? "disposed"
			: undefined,
	};
	return factsBundle(title, facts);
}

const rowOf = ({ name, architecture, params }: Backbone): Fields => ({
	name,
	architecture: architectureText(architecture),
	parameters: trainedSize(Object.values(params)),
});

/** A backbone as its name, architecture, size and published scores; a list of backbones as a table. */
export function backboneBundle(value: object): Bundle | undefined {
	if (isBackbone(value)) return oneBackbone(value);
	const isList = Array.isArray(value) && value.length > 0;
	return isList && value.every(isBackbone)
		? recordsBundleOf(value.map(rowOf))
		: undefined;
}
