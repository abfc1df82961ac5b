/** Whether an error says that another process has what was to be written to: it is at it, or has taken it over. */
export const isRefused = (error: unknown): boolean =>
	error instanceof Error &&
	(error.name === "ClaimLostError" ||
		error.message.includes(" is writing the run; "));
