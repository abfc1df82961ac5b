import type { Reporter } from "./reporter.js";

/** Where a notebook shows progress, in the kernel of this package; undefined elsewhere. */
export const notebookReporter = (): Reporter | undefined =>
	(globalThis as Record<symbol, unknown>)[Symbol.for("Jupyter.progress")] as
		| Reporter
		| undefined;
