import { createRequire } from "node:module";
import {
	type ArchitectureForm,
	architectureForm,
	architectureIdentity,
} from "../backbones/architecture-form.js";
import {
	type Architecture,
	architectures,
} from "../backbones/architectures.js";
import {
	type Backbone,
	checkBackbone,
	weightsOf,
} from "../backbones/backbone.js";
import { canonical, shortHash } from "../canonical.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import { engine } from "../engine/engine.js";
import { withOwnForms } from "../own.js";
import { recordFormat } from "../runs/run-folder.js";
import { hashOfTensors } from "../runs/weights-file.js";
import type { Task } from "../tasks/task.js";
import {
	changeNames,
	checkTask,
	taskIdentity,
} from "../tasks/task-identity.js";
import { augmentNames } from "./augmentations.js";
import { describeTask, heldOutForm } from "./describe-task.js";
import type { Ancestor, Derived, Origin } from "./lineage.js";
import { fittedRecipe, type ProbeSettings } from "./probe-settings.js";
import type { Recipe } from "./recipe.js";
import { variedNames } from "./recipe-variation.js";
import type { RunRecord } from "./run.js";
import { isUntouched, untouched } from "./untouched.js";

/** The name of a published architecture of these sizes, whatever its classes. */
function architectureName({ family, ...net }: ArchitectureForm): string {
	const sizes = (given: object) => canonical({ ...given, family, classes: 0 });
	const known = Object.entries(architectures).find(
		([, given]) => given.family === family && sizes(given) === sizes(net),
	);
	return known?.[0] ?? (typeof family === "string" ? family : family.name);
}

/** What distinguishes one run from another. */
type Described = Pick<
	RunRecord,
	| "format"
	| "backbone"
	| "task"
	| "recipe"
	| "imported"
	| "from"
	| "derived"
	| "probe"
>;

/** Without what a run does not depend on: what its score is called, and where the family of its network is found. */
function dependedOn<
	Given extends Pick<
		Described,
		"format" | "task" | "backbone" | "derived" | "probe"
	>,
>(described: Given): unknown {
	if (described.format === undefined) return described;
	const { metric: _, ...task } = described.task;
	const { architecture, ...backbone } = described.backbone;
	const { found: _found, ...derived } = described.derived ?? {};
	const { found: _fitted, ...probe } = described.probe ?? {};
	return {
		...described,
		...(described.derived && { derived }),
		...(described.probe && { probe }),
		task,
		backbone: { ...backbone, architecture: architectureIdentity(architecture) },
	};
}

const firstWord = (text: string): string => text.split(" ")[0] as string;

function idOf(described: Described): string {
	const { backbone, task, recipe, from, derived, probe } = described;
	const { transfer, consistency, reading, learningRate, seed } = recipe;
	const augments = augmentNames(recipe);
	const hash = shortHash(dependedOn(described));
	const begin = [task.name, backbone.name, ...changeNames(task)];
	const tidy = (parts: readonly string[]) =>
		parts.join("-").replaceAll(/[^\w.-]+/g, "-");
	if (isUntouched(recipe)) return tidy([...begin, "own-head", hash]);
	if (probe) return tidy([...begin, transfer, probe.name, hash]);
	return tidy([
		...begin,
		transfer,
		...(augments.length > 0 ? ["with", ...augments] : []),
		...(consistency === null ? [] : ["consistent"]),
		...(reading === "as-released" ? [reading] : []),
		...(from ? ["from", firstWord(from.kind)] : []),
		...(derived ? [derived.rule.name] : []),
		...variedNames(recipe),
		`lr${learningRate}`,
		`seed${seed}`,
		hash,
	]);
}

function ownVersion(): string {
	const require = createRequire(import.meta.url);
	return (require("../../../package.json") as { version: string }).version;
}

/** What a run is of, its id, and what it was made with. */
function recordOf(given: Omit<Described, "format">): RunRecord {
	const described = { format: recordFormat, ...given };
	const { name, version, device, threads } = engine();
	return {
		id: idOf(described),
		...described,
		engine: {
			...{ name, version, device },
			...(threads !== undefined && { threads }),
		},
		versions: { "robust-transfer": ownVersion(), node: process.versions.node },
	};
}

/** What a run says of the backbone that it begins with. */
function describeSource(
	source: Backbone,
	name: string | undefined,
	sha256 = hashOfTensors(weightsOf(source)),
): RunRecord["backbone"] {
	const architecture = architectureForm(source.architecture);
	return {
		name: name ?? source.name ?? architectureName(architecture),
		architecture,
		sha256,
	};
}

/** A recipe as it is written down: what is off is left out, as in recipes of before there was such a thing. */
const writtenRecipe = ({ checkpointing, ...rest }: Recipe): Recipe =>
	withOwnForms({ ...rest, ...(checkpointing && { checkpointing }) }) as Recipe;

/** Describes a run before it begins; the id follows from backbone, task and recipe. */
export function describeRun<Target>(
	source: Backbone,
	task: Task<Target, unknown>,
	{
		recipe,
		name,
		from,
		sha256,
	}: {
		readonly recipe: Recipe;
		readonly name?: string | undefined;
		readonly from?: Origin | undefined;
		/** Of the backbone's weights, where that is known. */
		readonly sha256?: string | undefined;
	},
): RunRecord {
	checkTask(task as Task);
	checkBackbone(source);
	return recordOf({
		backbone: describeSource(source, name, sha256),
		task: describeTask(task, recipe, task.train.length),
		recipe: writtenRecipe(recipe),
		...(from && { from }),
	});
}

/** Describes a backbone that is scored as it is, with its own head; the id follows from its weights. */
export function describeBackbone<Target>(
	source: Backbone,
	task: Task<Target, unknown>,
	name?: string,
): RunRecord {
	checkTask(task as Task);
	checkBackbone(source);
	return recordOf({
		backbone: describeSource(source, name),
		task: describeTask(task as Task, untouched, 0),
		recipe: untouched,
	});
}

/** Describes a run whose head is fitted on the features of a backbone that is left as it is. */
export function describeProbe(
	source: Backbone,
	task: Task,
	{
		settings,
		name,
	}: { readonly settings: ProbeSettings; readonly name: string | undefined },
): RunRecord {
	checkTask(task);
	return recordOf({
		backbone: describeSource(source, name),
		task: {
			...describeTask(task, fittedRecipe, task.train.length),
			...(settings.C.length > 1 && { heldOut: heldOutForm(task) }),
			// Features are of images as they are prepared for scoring.
			...taskIdentity(task, "network", "training", "watching"),
		} as RunRecord["task"],
		recipe: fittedRecipe,
		probe: settings,
	});
}

/** Describes a run that a rule makes of others: it is of the task, and shows the recipe, of one of them. */
export function describeDerived(
	{ backbone, task, recipe, from }: RunRecord,
	derived: Derived,
): RunRecord {
	return recordOf({
		...{ backbone, task, recipe, derived },
		...(from && { from }),
	});
}

/** Describes a run that was fine-tuned elsewhere; the id follows from its weights too. */
export function describeImported<Target>(
	tensors: NamedTensors,
	task: Task<Target, unknown>,
	{
		architecture: net,
		name,
		recipe,
	}: {
		readonly architecture: Architecture;
		readonly name?: string;
		readonly recipe: Recipe;
	},
): RunRecord {
	checkTask(task as Task);
	const architecture = architectureForm(net);
	return recordOf({
		backbone: {
			name: name ?? architectureName(architecture),
			architecture,
			sha256: "unknown",
		},
		task: describeTask(task, recipe, 0),
		recipe: writtenRecipe(recipe),
		imported: hashOfTensors(tensors),
	});
}

/** What all seeds have in common of a run that another one is made of. */
const seedless = <Given extends Ancestor>({
	id,
	sha256,
	...given
}: Given): Omit<Given, "id" | "sha256"> => given;

/**
 * A short hash of all that distinguishes a run and has no column of its own in its rows: length and
 * schedule, the weights it began with, the training images.
 */
export function recipeHash(given: Described): string {
	const { format, backbone, task, recipe, imported } = given;
	const { from, derived, probe } = given;
	const { transfer, reading, learningRate, seed, ...rest } = recipe;
	const described = {
		...{ format, backbone, task, recipe: rest, imported },
		...(from && { from: seedless(from) }),
		...(derived && { derived: { ...derived, of: derived.of.map(seedless) } }),
		...(probe && { probe }),
	};
	return shortHash(dependedOn(described as typeof described & Described));
}

/**
 * The id that a run had before runs said which changes and data they are of; null where it could be of others.
 */
export function earlierId(record: RunRecord): string | null {
	const { backbone, task, recipe, imported, from, derived, probe } = record;
	const { changes, code, contents: _, ...rest } = task;
	if (changes || code !== undefined || from || derived || probe) return null;
	return idOf({
		backbone,
		task: rest,
		recipe,
		...(imported !== undefined && { imported }),
	});
}
