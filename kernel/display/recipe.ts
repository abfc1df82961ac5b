import { type Recipe, recipes } from "../../src/train/recipe.js";
import { isUntouched } from "../../src/train/untouched.js";
import type { Bundle } from "./bundle.js";
import { factsHtml, factsText } from "./facts.js";
import { settingText } from "./setting.js";

/** Tells a recipe by its fields. */
export function isRecipe(value: object): value is Recipe {
	const recipe = value as Partial<Recipe>;
	return (
		typeof recipe.learningRate === "number" &&
		typeof recipe.optimizer === "object" &&
		typeof recipe.schedule === "object" &&
		typeof recipe.length === "object" &&
		typeof recipe.transfer === "string"
	);
}

interface Changes {
	/** The name of the recipe it differs least from. */
	readonly from: string;
	readonly settings: readonly {
		readonly name: string;
		readonly now: string;
		readonly before: string;
	}[];
}

/** What distinguishes a recipe from the one it was made of, as far as that can be told. */
function changesOf(recipe: Recipe): Changes {
	const [first, ...others] = Object.entries(recipes).map(([from, preset]) => {
		const all = new Map(Object.entries(preset) as [string, unknown][]);
		const settings = Object.entries(recipe).flatMap(([name, value]) => {
			const [now, before] = [value, all.get(name)].map(settingText);
			return now === before
				? []
				: [{ name, now: String(now), before: String(before) }];
		});
		return { from, settings };
	});
	return others.reduce(
		(best, next) => (next.settings.length < best.settings.length ? next : best),
		first as Changes,
	);
}

/** The changes as a phrase: `shapes with learningRate 0.03, augment prime, preset imagenet`. */
export function changesText(recipe: Recipe): string {
	if (isUntouched(recipe)) return "none: as it is, with its own head";
	const { from, settings } = changesOf(recipe);
	const changes = settings.map(({ name, now }) => `${name} ${now}`);
	return changes.length === 0 ? from : `${from} with ${changes.join("; ")}`;
}

/** A recipe as what it changes of the nearest one of the library, and all of its settings. */
export function recipeBundle(value: object): Bundle | undefined {
	if (!isRecipe(value)) return undefined;
	const { from, settings } = changesOf(value);
	const title =
		settings.length === 0 ? `Recipe: ${from}` : `Recipe: ${from}, changed`;
	const changes = Object.fromEntries(
		settings.map(({ name, now, before }) => [name, `${now} (was ${before})`]),
	);
	const all = Object.fromEntries(
		Object.entries(value).map(([name, setting]) => [
			name,
			settingText(setting),
		]),
	);
	const folded = `<details><summary>all settings</summary>${factsHtml("", all)}</details>`;
	return {
		data: {
			"text/html": factsHtml(title, changes) + folded,
			"text/plain": factsText(title, { ...all, ...changes }),
		},
		metadata: {},
	};
}
