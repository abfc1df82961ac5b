import { shortHash } from "../canonical.js";
import { changeNames } from "../tasks/task-identity.js";
import { blockText, isBlockMatch } from "./blocks.js";
import { optimizerNames } from "./optimizer.js";
import { probeText } from "./probe-settings.js";
import type { Recipe } from "./recipe.js";
import type { RunRecord } from "./run.js";
import { scheduleNames } from "./schedule.js";
import type { Watch } from "./watch.js";

interface Named {
	readonly name: string;
	readonly options?: unknown;
}

/** The watch of a recipe, its rhythm in words: `20 steps`. */
function watchedPart({ every, ...rest }: Watch): Named {
	const [[unit, count] = []] = Object.entries(every);
	return { name: "watched", ...{ every: `${count} ${unit}`, ...rest } };
}

/** Of a written recipe too: what someone made, and what some recipes alone have: a loss in place of the task's, a watch. */
function variedParts(recipe: Recipe): Named[] {
	// Of a backbone as it is, and where the head was fitted, there are no steps.
	if (!recipe.optimizer) return [];
	const { optimizer, schedule, loss, average, watch } = recipe;
	const { regularizers = [] } = recipe;
	return [
		...(optimizerNames.includes(optimizer.name) ? [] : [optimizer as Named]),
		...(scheduleNames.includes(schedule.name) ? [] : [schedule as Named]),
		...(loss ? [loss as Named] : []),
		...regularizers,
		...(average ? [{ name: "averaged", ...average }] : []),
		...(watch ? [watchedPart(watch)] : []),
	];
}

/** What a recipe has beyond the built-in settings that all have, by name: for the ids of runs. */
export const variedNames = (recipe: Recipe): string[] => [
	...variedParts(recipe).map(({ name }) => name),
	...(recipe.weights?.length ? ["weights-by-name"] : []),
];

const longest = 80;

function settingsText(settings: object): string {
	const text = Object.entries(settings)
		.filter(([, value]) => value !== undefined)
		.map(([key, value]) =>
			typeof value === "object"
				? `${key} ${JSON.stringify(value)}`
				: `${key} ${value}`,
		)
		.join(" ");
	// Never cut off where two differ.
	return text.length > longest ? shortHash(settings) : text;
}

function textOf({ name, options, ...rest }: Named): string {
	const settings =
		typeof options === "object" && options !== null && !Array.isArray(options)
			? options
			: { ...(options !== undefined && { options }) };
	const { code: _, ...others } = rest as { code?: string };
	return [name, settingsText({ ...settings, ...others })]
		.filter((part) => part !== "")
		.join(" ");
}

/** The same with all settings: `l2-sp alpha 0.1`, `layer1.* train false`. */
const variedSettings = (recipe: Recipe): string[] => [
	...variedParts(recipe).map(textOf),
	...(recipe.weights ?? []).map(({ match, ...said }) =>
		textOf(
			typeof match === "string"
				? { name: match, ...said }
				: isBlockMatch(match)
					? { name: blockText(match), ...said }
					: { ...match, ...said },
		),
	),
];

/** Of which runs it is made. */
function lineageTexts({
	from,
	derived,
	probe,
}: Pick<RunRecord, "from" | "derived" | "probe">): string[] {
	return [
		...(probe ? [probeText(probe)] : []),
		...(from ? [`from ${from.kind}`] : []),
		...(from?.rescaleHead ? ["head rescaled"] : []),
		...(derived ? [`${textOf(derived.rule)} of ${derived.of.length}`] : []),
	];
}

/**
 * What tables tell a run apart by, besides the columns that all runs have: changes of its task, and what its recipe has
 * beyond the built-in settings, the run it began with, and the rule by which it was made of others; empty where there is
 * none.
 */
export const variationOf = (
	record: Pick<RunRecord, "task" | "recipe" | "from" | "derived" | "probe">,
): string =>
	[
		...changeNames(record.task),
		...variedSettings(record.recipe),
		...lineageTexts(record),
	].join(", ");
