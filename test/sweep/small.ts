/** A sweep that takes seconds: the shapes miniature in few steps. */
import { architectures } from "../../src/backbones/architectures.js";
import {
	type Backbone,
	untrainedBackbone,
} from "../../src/backbones/backbone.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { type Recipe, recipes } from "../../src/train/recipe.js";

/** Few small pictures. */
export const smallTask = () =>
	shapes({ trainImages: 16, testImages: 8, size: 32 });

/** A backbone with random weights, by a name. */
export const smallBackbone = (seed = 0): Backbone => ({
	...untrainedBackbone({ ...architectures["resnet-mini"], width: 4 }, { seed }),
	name: `untrained ${seed}`,
});

/** A recipe of few steps. */
export const smallRecipe: Recipe = {
	...recipes.shapes,
	batchSize: 4,
	length: { steps: 3 },
	warmUp: null,
};

/** What is scored: a row clean, and one corrupted. */
export const smallEvaluate = { corruptions: ["contrast"] as const };
