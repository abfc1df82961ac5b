/** All pages of the site, in Markdown. */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { readNotebook } from "../../kernel/notebook/format.js";
import { allEntries, type Entry } from "./contents.js";
import { declaredNames } from "./declared.js";
import { exampleText, graphText } from "./engine-graph.js";
import { linked } from "./links.js";
import { notebookPage } from "./notebook-page.js";
import type { Page } from "./page.js";
import { referenceIndex, referencePages } from "./reference.js";
import {
	architectureTable,
	checkpointTable,
	corruptionTable,
	imageTable,
	operationTable,
} from "./supported.js";

/** Pages that other branches of the repository may not have yet. */
const optional = new Set(["docs/cluster.md"]);

/** What the build writes into pages, in place of `<!-- name -->`. */
type Insertions = Readonly<Record<string, string>>;

function inserted(text: string, file: string, insertions: Insertions): string {
	// The report of the benchmarks says in such lines what measures a section: they stay.
	const asked = /^<!-- (?!npm )([a-z ]+) -->$/gm;
	return text.replaceAll(asked, (whole, name: string) => {
		const insertion = insertions[name];
		if (insertion === undefined)
			throw new Error(
				`${file} asks for ${whole}, which the build does not make`,
			);
		return insertion;
	});
}

/** The page of a file of the repository. */
function pageOf(
	root: string,
	{ path, title, file }: Entry,
	{
		entries,
		insertions,
	}: { entries: readonly Entry[]; insertions: Insertions },
): Page {
	const files = new Map<string, Uint8Array>();
	const copied = (source: string): string => {
		const target = `pictures/${basename(source)}`;
		files.set(target, readFileSync(join(root, source)));
		return `/${target}`;
	};
	const link = (text: string) => linked(text, file, { entries, copied });
	if (file.endsWith(".ipynb")) {
		const name = basename(file, ".ipynb");
		const made = notebookPage(readNotebook(join(root, file)), {
			name,
			title,
			link,
		});
		return { ...made, files: new Map([...(made.files ?? []), ...files]) };
	}
	const text = inserted(
		link(readFileSync(join(root, file), "utf8")),
		file,
		insertions,
	);
	return { path: `${path}.md`, title, text, files };
}

/** All pages, and those of the reference among them. */
export async function sitePages(
	root: string,
): Promise<{ pages: Page[]; reference: Page[] }> {
	const reference = referencePages(declaredNames());
	const insertions: Insertions = {
		"parts of the reference": referenceIndex(reference),
		"the example": `\`\`\`ts\n${exampleText()}\`\`\``,
		"the graph of the example": `\`\`\`text\n${await graphText()}\n\`\`\``,
		architectures: architectureTable(),
		checkpoints: await checkpointTable(),
		corruptions: corruptionTable(),
		images: imageTable(),
		operations: operationTable(),
	};
	const entries = allEntries().filter(
		({ file }) => !optional.has(file) || existsSync(join(root, file)),
	);
	const pages = entries.map((entry) =>
		pageOf(root, entry, { entries, insertions }),
	);
	return { pages: [...pages, ...reference], reference };
}
