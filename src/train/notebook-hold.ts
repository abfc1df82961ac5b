/**
 * Does something that the first interrupt of a notebook, in the kernel of this package, lets come to its end.
 *
 * A step of training may take longer than the kernel waits before it terminates what does not return to it.
 */
export async function withNotebookHold<Result>(
	work: () => Promise<Result>,
): Promise<Result> {
	const hold = (globalThis as Record<symbol, unknown>)[
		Symbol.for("Jupyter.hold")
	] as ((change: number) => void) | undefined;
	hold?.(1);
	try {
		return await work();
	} finally {
		hold?.(-1);
	}
}
