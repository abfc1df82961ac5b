/** Links between files of the repository, as links between pages of the site. */
import { posix } from "node:path";
import type { Entry } from "./contents.js";

/** Pages of the repository that the site says otherwise. */
const elsewhere: Readonly<Record<string, string>> = {
	"README.md": "/",
	"docs/index.md": "/",
};

const isOutside = (address: string): boolean => /^([a-z]+:|#)/.test(address);

/**
 * The Markdown of a file of the repository with its links as those of the site.
 *
 * What is in the repository but not on the site is named, not linked. Addresses that begin with `/` are
 * places on the site already; pictures are copied by `copied`, which gives their addresses.
 */
export function linked(
	text: string,
	file: string,
	{
		entries,
		copied,
	}: { entries: readonly Entry[]; copied: (file: string) => string },
): string {
	const folder = posix.dirname(file);
	const places = new Map(
		entries.map((entry) => [entry.file, `/${entry.path}`]),
	);
	return text.replaceAll(
		/(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g,
		(whole, mark: string, words: string, address: string) => {
			if (isOutside(address) || address.startsWith("/")) return whole;
			const [path = "", anchor] = address.split("#");
			const target = posix.normalize(posix.join(folder, path));
			if (mark === "!") return `![${words}](${copied(target)})`;
			const place = places.get(target) ?? elsewhere[target];
			if (place === undefined)
				return words.includes("`") ? words : `${words} (\`${target}\`)`;
			const home = place.replace(/\/index$/, "/");
			return `[${words}](${home}${anchor ? `#${anchor}` : ""})`;
		},
	);
}
