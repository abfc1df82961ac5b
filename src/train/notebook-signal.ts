const ofNotebook = (): AbortSignal | undefined =>
	(globalThis as Record<symbol, unknown>)[Symbol.for("Jupyter.signal")] as
		| AbortSignal
		| undefined;

/**
 * What ends work in time to be saved: the signal given, and, in the kernel of this package, the notebook's stop button
 * and the end of the kernel; undefined where there is neither.
 */
export function notebookSignal(given?: AbortSignal): AbortSignal | undefined {
	const own = ofNotebook();
	return given && own ? AbortSignal.any([given, own]) : (given ?? own);
}
