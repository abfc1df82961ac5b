import {
	type Augmentation,
	type BatchAugmentation,
	type ImageAugmentation,
	ofImages,
} from "../augment/augmentation.js";
import { augmix, augmixChecks } from "../augment/augmix.js";
import { cutmix } from "../augment/cutmix.js";
import { eachAlone } from "../augment/each-alone.js";
import { mixChecks } from "../augment/mix-batch.js";
import { mixup } from "../augment/mixup.js";
import { prime } from "../augment/prime.js";
import {
	primeChecks,
	primePresets,
	primeReadings,
} from "../augment/prime-options.js";
import { randAugment, randAugmentChecks } from "../augment/rand-augment.js";
import {
	randomErasing,
	randomErasingChecks,
} from "../augment/random-erasing.js";
import { operationChecks } from "../augment/random-operations.js";
import { trivialAugment } from "../augment/trivial-augment.js";
import type { Check, Rule } from "../check/check-options.js";
import {
	type Kinds,
	keyed,
	list,
	oneOf,
	oneOfKinds,
	orNull,
	partial,
	required,
} from "../check/checks.js";
import { type Makers, makeOf } from "../own.js";
import { orOwn } from "./own-check.js";
import type { Augment, NamedAugment, Recipe } from "./recipe.js";

const kinds: Kinds<NamedAugment, "name"> = {
	prime: {
		preset: required(oneOf(Object.keys(primePresets))),
		options: keyed(partial(primeChecks)),
	},
	augmix: { options: keyed(augmixChecks) },
	mixup: { options: keyed(mixChecks) },
	cutmix: { options: keyed(mixChecks) },
	"trivial-augment": { options: keyed(operationChecks) },
	"rand-augment": { options: keyed(randAugmentChecks) },
	"random-erasing": { options: keyed(randomErasingChecks) },
};

const makers = (
	reading: Recipe["reading"],
): Makers<Augmentation, NamedAugment> => ({
	prime: ({ preset, options: changes }) => {
		const options = {
			...primePresets[preset],
			...primeReadings[reading],
			...changes,
		};
		return {
			...ofImages(prime(options)),
			prime: options,
			// The study's code pads first, with black, and lets PRIME change the padding too.
			...(reading === "as-released" && { padding: "black" }),
		};
	},
	augmix: ({ options }) => ofImages(eachAlone(augmix(options))),
	mixup: ({ options }) => mixup(options),
	cutmix: ({ options }) => cutmix(options),
	"trivial-augment": ({ options }) => trivialAugment(options),
	"rand-augment": ({ options }) => randAugment(options),
	"random-erasing": ({ options }) => randomErasing(options),
});

const one = orOwn(
	// A row says "none" of a run without.
	[...Object.keys(kinds), "none"],
	oneOfKinds<NamedAugment, "name">("name", kinds),
);
const several = list(one, { least: 1 });

const oneOrSeveral: Rule = {
	expected: `${one.expected}, or one of your own, { name, options, make }, or a list of these`,
	problems: (value, name, words) =>
		Array.isArray(value)
			? several.problems(value, name)
			: one.problems(value, name, words),
};

/** The check of the augmentation of a recipe. */
export const augmentCheck: Check = orNull(oneOrSeveral);

const listOf = (augment: Recipe["augment"] | undefined): readonly Augment[] =>
	[augment ?? []].flat();

/** The names of a recipe's augmentations, in turn; also of one that was written down. */
export const augmentNames = (recipe: Pick<Recipe, "augment">): string[] =>
	listOf(recipe.augment).map(({ name }) => name);

/** What rows and figures call a recipe's augmentations: `trivial-augment+mixup`, or `none`. */
export const augmentName = (recipe: Pick<Recipe, "augment">): string =>
	augmentNames(recipe).join("+") || "none";

/** One augmentation, and what of the recipe makes it. */
interface MadeOf<Made> {
	readonly of: Augment;
	readonly made: Made;
}

/** The augmentations of a recipe, in turn. */
interface Augmentations {
	readonly images: readonly MadeOf<ImageAugmentation>[];
	readonly batches: readonly MadeOf<BatchAugmentation>[];
}

/**
 * Makes the augmentations of a recipe anew.
 *
 * Throws where one of one's own is neither of images nor of batches, and where one of images comes after one of batches.
 */
export function augmentationsOf({
	augment,
	reading = "as-described",
}: Partial<Pick<Recipe, "augment" | "reading">>): Augmentations {
	const images: MadeOf<ImageAugmentation>[] = [];
	const batches: MadeOf<BatchAugmentation>[] = [];
	for (const of of listOf(augment)) {
		const made: Partial<ImageAugmentation & BatchAugmentation> = makeOf<
			Augmentation,
			NamedAugment
		>(of, makers(reading));
		const isOfImages = typeof made?.image === "function";
		if (isOfImages === (typeof made?.batch === "function"))
			throw new TypeError(
				`the augmentation ${of.name} must make either { image }, a function of an example and random numbers, or { batch }, of a batch and random numbers`,
			);
		if (!isOfImages) batches.push({ of, made: made as BatchAugmentation });
		else if (batches.length === 0)
			images.push({ of, made: made as ImageAugmentation });
		else
			throw new Error(
				`the augmentation ${of.name} changes single images, before they are batches: it must stand before ${batches.map(({ of }) => of.name).join(", ")}`,
			);
	}
	return { images, batches };
}

/** What is wrong with the augmentations of a recipe, each of which is right by itself. */
export function augmentProblems(recipe: Recipe): string[] {
	if (augmentCheck.problems(recipe.augment, "augment").length > 0) return [];
	try {
		const { batches } = augmentationsOf(recipe);
		if ((recipe.consistency ?? null) === null) return [];
		const mixing = batches.filter(({ made }) => !made.keepsTargets);
		if (mixing.length > 0)
			return [
				`consistency compares augmented views of one image, which ${mixing.map(({ of }) => of.name).join(", ")} does not make: it changes the targets too; set consistency to null, or leave it out`,
			];
		if (batches.length > 0) return [];
		return [
			"consistency compares augmented views: it needs an augment of batches that makes them, such as augmix or prime",
		];
	} catch (error) {
		return [(error as Error).message];
	}
}
