/** What the interrupt button of a notebook aborts, in the kernel of this package; undefined elsewhere. */
export const notebookSignal = (): AbortSignal | undefined =>
	(globalThis as Record<symbol, unknown>)[Symbol.for("Jupyter.signal")] as
		| AbortSignal
		| undefined;
