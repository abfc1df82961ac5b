import type { KeyChecks } from "../check/check-options.js";
import { list, required, whole } from "../check/checks.js";

/** A whole number from 1. */
export const count = whole({ from: 1 });

/** Checks of the settings that all architectures of stages have. */
export const sizeChecks = {
	width: required(count),
	depths: required(list(count, { least: 1 })),
	classes: required(whole({ from: 0 })),
} satisfies KeyChecks;
