import { fileURLToPath } from "node:url";
import { didYouMean } from "../check/did-you-mean.js";
import { shown } from "../check/shown.js";
import { readCheckpoint } from "../checkpoint/read.js";
import { stateDict } from "../checkpoint/state-dict.js";
import { type Architecture, architectures } from "./architectures.js";
import { type Backbone, backbone } from "./backbone.js";

/** The bundled backbones: two architectures, each trained in three ways. */
export const miniBackboneNames = [
	"resnet-mini/regular",
	"resnet-mini/prime",
	"resnet-mini/adversarial",
	"swin-mini/regular",
	"swin-mini/prime",
	"swin-mini/adversarial",
] as const;
/** The name of a bundled backbone. */
export type MiniBackboneName = (typeof miniBackboneNames)[number];

/** What the others of an architecture went on from, bundled so that they can be trained anew. */
export const miniBaseNames = ["resnet-mini/base", "swin-mini/base"] as const;
/** The name of what bundled backbones went on from. */
export type MiniBaseName = (typeof miniBaseNames)[number];

/** Whether a bundled backbone has this name. */
export const isMiniBackboneName = (name: string): name is MiniBackboneName =>
	(miniBackboneNames as readonly string[]).includes(name);

/** How many classes the source domain of shapes has. */
const sourceClasses = 16;

/** The architecture of a bundled backbone, which tells the classes of the source domain apart. */
export const miniArchitecture = (
	name: MiniBackboneName | MiniBaseName,
): Architecture => ({
	...architectures[name.split("/")[0] as "resnet-mini" | "swin-mini"],
	classes: sourceClasses,
});

// Beside the sources, of which dist/ holds no copy: the package is laid out as the repository.
const folder = new URL("../../../src/tasks/shapes/weights/", import.meta.url);

/** The file of a bundled backbone, or of what it went on from. */
export const miniBackboneFile = (
	name: MiniBackboneName | MiniBaseName,
): string =>
	fileURLToPath(new URL(`${name.replace("/", "-")}.safetensors`, folder));

/**
 * Loads a bundled backbone, of 0.3 million parameters (ResNet) or 0.8 (Swin Transformer), trained on the
 * source domain of shapes.
 *
 * Those of an architecture went on from one base, for equally many updates (ResNet 1000, Swin Transformer 500) and by one
 * recipe: `regular` with the pictures as they are, `prime` with PRIME, `adversarial` on the worst pictures near by, within
 * an L2 distance of 0.5. On 1000 other pictures of that domain they score, in percent, clean, in the mean of the fifteen
 * corruptions of severity 1, and on the worst pictures within an L2 distance of 0.5, which 20 steps from a random start
 * find (`attack`):
 *
 * | | clean | corrupted | drop | attacked |
 * |---|---:|---:|---:|---:|
 * | resnet-mini/regular | 86.8 | 76.5 | 11.9 | 28.4 |
 * | resnet-mini/prime | 84.5 | 75.9 | 10.2 | 29.9 |
 * | resnet-mini/adversarial | 82.2 | 72.4 | 11.9 | 56.5 |
 * | swin-mini/regular | 84.5 | 75.3 | 10.9 | 12.4 |
 * | swin-mini/prime | 83.2 | 75.7 | 9.0 | 13.7 |
 * | swin-mini/adversarial | 81.6 | 71.7 | 12.1 | 51.6 |
 *
 * The metadata of their files say how they were trained; `data-scripts/pretrain-mini.ts` trains them anew.
 * Choose the engine first. Throws where there is no such backbone.
 */
export async function miniBackbone(name: MiniBackboneName): Promise<Backbone> {
	if (!isMiniBackboneName(name)) {
		throw new Error(
			`there is no bundled backbone ${shown(name)}; there are ${miniBackboneNames.join(", ")}${didYouMean(name, miniBackboneNames)}`,
		);
	}
	const checkpoint = await readCheckpoint(miniBackboneFile(name));
	return { name, ...backbone(miniArchitecture(name), stateDict(checkpoint)) };
}
