import {
	checkArgument,
	isRecord,
	type KeyChecks,
} from "../check/check-options.js";
import { keyed, required, that, thing, whole } from "../check/checks.js";
import { didYouMean } from "../check/did-you-mean.js";
import { rememberFamily } from "./architecture-form.js";
import {
	type Architecture,
	type ArchitectureName,
	architectures,
} from "./architectures.js";
import { familyOf } from "./families.js";
import type { Family } from "./family.js";

const names = Object.keys(architectures);

/** What a family cannot do without. */
const familyCheck = that(
	"a family: its name, or a value with a name and functions params, head and stages",
	(value) =>
		typeof value === "string" ||
		(isRecord(value) &&
			typeof value.name === "string" &&
			["params", "head", "stages"].every(
				(part) => typeof value[part] === "function",
			)),
);

const family = required(familyCheck);
const classes = required(whole({ from: 0 }));

/** Checks of the settings of an architecture; those of a family that says nothing of them are taken as they are. */
function checksOf({ settings }: Family, given: object): KeyChecks {
	const others = Object.keys(given).map((key) => [key, anything] as const);
	return {
		...(settings ?? Object.fromEntries(others)),
		family,
		classes,
	};
}

const anything = that("anything", () => true);

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
	checkArgument(where, ["architecture", given], thing("an architecture"));
	checkArgument(where, ["architecture.family", given.family], familyCheck);
	const family = familyOf(given);
	const rule = keyed(checksOf(family, given));
	checkArgument(where, ["architecture", given], rule);
	family.check?.(given);
	rememberFamily(given);
	return given;
}
