/** A page of the site, before VitePress. */
export interface Page {
	/** Where its Markdown is written, below the folder of pages. */
	readonly path: string;
	/** What it is called in lists. */
	readonly title: string;
	/** Its Markdown, the heading first. */
	readonly text: string;
	/** The levels of headings that are listed beside it; those of VitePress where left out. */
	readonly outline?: readonly [number, number];
	/** `home` for the first page. */
	readonly layout?: string;
	/** Files beside it, by their paths below the folder of public files. */
	readonly files?: ReadonlyMap<string, Uint8Array>;
}
