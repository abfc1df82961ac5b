import { ClaimLostError } from "../runs/claim-lost-error.js";
import { ClaimRefusedError } from "../runs/claim-refused-error.js";

/** Whether an error says that another process has what was to be written to: it is at it, or has taken it over. */
export const isRefused = (error: unknown): boolean =>
	error instanceof ClaimLostError || error instanceof ClaimRefusedError;
