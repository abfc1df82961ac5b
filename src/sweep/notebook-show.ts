/** Something that a notebook shows, and that is replaced in place. */
interface Shown {
	update(data: Readonly<Record<string, string>>): void;
}

/** How a notebook shows what changes, given by MIME type, in the kernel of this package; undefined elsewhere. */
export const notebookShow = ():
	| ((data: Readonly<Record<string, string>>) => Shown)
	| undefined =>
	(globalThis as Record<symbol, unknown>)[Symbol.for("Jupyter.show")] as
		| ((data: Readonly<Record<string, string>>) => Shown)
		| undefined;
