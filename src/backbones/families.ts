import { didYouMean } from "../check/did-you-mean.js";
import { shown } from "../check/shown.js";
import type { Architecture } from "./architectures.js";
import { convnext } from "./convnext-family.js";
import type { Family } from "./family.js";
import { resnet } from "./resnet-family.js";
import { swin } from "./swin-family.js";

/** The families that come with the package, by name. */
const families: Readonly<Record<string, Family>> = { resnet, swin, convnext };

const names = Object.keys(families);

/** Whether a family is one that comes with the package. */
export const isBuiltIn = (family: Family): boolean =>
	families[family.name] === family;

/** The family of an architecture, named or given; throws where there is none of the name. */
export function familyOf({ family }: Pick<Architecture, "family">): Family {
	if (typeof family !== "string") return family;
	if (Object.hasOwn(families, family)) return families[family] as Family;
	throw new Error(
		`there is no family ${shown(family)} of networks, only ${names.join(", ")}${didYouMean(family, names)}; one of your own is given as a value: { family: mine, ... }`,
	);
}
