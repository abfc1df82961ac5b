import { cellPaths } from "./cell-path.js";

const { method, seed, prefix, suffix } = cellPaths;

/** What of the Debug Adapter Protocol the debugger can do. */
export const capabilities = {
	supportsConfigurationDoneRequest: true,
	supportsConditionalBreakpoints: true,
	supportsEvaluateForHovers: true,
	exceptionBreakpointFilters: [
		{ filter: "raised", label: "Thrown errors", default: false },
	],
};

/** What of Jupyter's additions to it, and how clients name cells. */
export const naming = {
	hashMethod: method,
	hashSeed: seed,
	tmpFilePrefix: prefix,
	tmpFileSuffix: suffix,
	richRendering: true,
	exceptionPaths: [],
	copyToGlobals: false,
};
