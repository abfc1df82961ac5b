import { checkArgument } from "../check/check-options.js";
import {
	flag,
	list,
	number,
	oneOf,
	oneOfKinds,
	required,
	whole,
} from "../check/checks.js";
import { didYouMean } from "../check/did-you-mean.js";
import {
	type Architecture,
	type ArchitectureName,
	architectures,
} from "./architectures.js";

const names = Object.keys(architectures);
const count = whole({ from: 1 });
const sizes = {
	width: required(count),
	depths: required(list(count, { least: 1 })),
	classes: required(whole({ from: 0 })),
};

/** The check of an architecture that was put together by hand. */
const architectureCheck = oneOfKinds<Architecture, "family">("family", {
	resnet: {
		variant: required(oneOf(["imagenet", "cifar"])),
		block: required(oneOf(["basic", "bottleneck"])),
		...sizes,
	},
	swin: {
		...sizes,
		heads: required(list(count)),
		window: required(count),
		mlpRatio: required(number({ above: 0 })),
		dense: required(flag),
	},
});

/** The architecture of that name, or the one given; throws, naming the function that was given it, where it makes no sense. */
export function resolveArchitecture(
	where: string,
	given: ArchitectureName | Architecture,
): Architecture {
	if (typeof given === "string") {
		if (Object.hasOwn(architectures, given)) return architectures[given];
		throw new Error(
			`there is no architecture "${given}"; the architectures are ${names.join(", ")}${didYouMean(given, names)}`,
		);
	}
	checkArgument(where, ["architecture", given], architectureCheck);
	if (given.family === "swin" && given.heads.length !== given.depths.length) {
		throw new Error(
			`a Swin Transformer needs heads for each stage, not heads ${given.heads} for depths ${given.depths}`,
		);
	}
	return given;
}
