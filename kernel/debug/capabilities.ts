import { cellPaths } from "./cell-path.js";

/** The content of a debug_request, a request of the Debug Adapter Protocol. */
export interface DebugRequest {
	readonly seq: number;
	readonly command: string;
	readonly arguments?: Readonly<Record<string, never>>;
}

const { method, seed, prefix, suffix } = cellPaths;

/** What of the Debug Adapter Protocol the debugger can do. */
export const capabilities = {
	supportsConfigurationDoneRequest: true,
	supportsConditionalBreakpoints: true,
	supportsEvaluateForHovers: true,
	supportsModulesRequest: true,
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
