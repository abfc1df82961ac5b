type Hold = (change: number) => number;

/** Counts, in the kernel of this package, what the first interrupt lets come to its end. */
const notebookHold = (): Hold | undefined =>
	(globalThis as Record<symbol, unknown>)[Symbol.for("Jupyter.hold")] as
		| Hold
		| undefined;

/**
 * Does something that the first interrupt of a notebook, in the kernel of this package, lets come to its end.
 *
 * A step of training may take longer than the kernel waits before it terminates what does not return to it.
 */
export async function withNotebookHold<Result>(
	work: () => Promise<Result>,
): Promise<Result> {
	const hold = notebookHold();
	hold?.(1);
	try {
		return await work();
	} finally {
		hold?.(-1);
	}
}

/** Whether this is a notebook in which nothing is held: what was has been terminated, and will never say so. */
export const isNothingHeld = (): boolean => notebookHold()?.(0) === 0;
