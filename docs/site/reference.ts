/** The reference: a page for each part of the library, made from the doc comments of what it exports. */
import type { Declared } from "./declared.js";
import type { Page } from "./page.js";

/** What a part is for, in the order of a study. */
const parts: Readonly<Record<string, readonly [title: string, what: string]>> =
	{
		engine: ["Engine", "What runs the mathematics, and `compile`."],
		checkpoint: ["Checkpoints", "Weights in files, read without running code."],
		backbones: ["Backbones", "Families of networks, and the zoo."],
		nn: ["Layers", "Pure functions of parameters by their names."],
		image: ["Images", "8-bit RGB images: read, written, resized."],
		corruptions: ["Corruptions", "Common corruptions, and those of one's own."],
		augment: ["Augmentation", "What changes images in training."],
		tasks: ["Tasks", "What backbones are transferred to."],
		train: ["Training", "Recipes, their parts, and runs."],
		combine: ["Combining runs", "Several runs that become one."],
		evaluate: ["Scoring", "Scores, clean and under corruption."],
		analysis: ["Analysis", "Tables, comparisons, figures and reports."],
		sweep: ["Sweeps", "Many runs, on one machine or on a cluster."],
		runs: ["Runs on the disk", "Folders, logs and records."],
		parallel: ["Threads", "Pools of worker threads."],
		own: ["Random draws, things of one's own", "The ground floor."],
		check: ["Checks of options", "What is right for a value."],
	};

/** Where the page of a part lies on the site. */
const addressOf = (part: string): string => `/reference/${part}`;

/** Tags and braces outside of code are text, not HTML and not Vue's. */
const plain = (text: string): string =>
	text
		.split(/(`[^`]*`)/)
		.map((piece, i) =>
			i % 2 === 1
				? piece
				: piece.replaceAll("<", "&lt;").replaceAll("{", "&#123;"),
		)
		.join("");

/** The first sentence of a doc comment, in one line. */
const sentenceOf = (text: string): string => {
	const [paragraph = ""] = text.split("\n\n");
	const line = paragraph.replaceAll(/\s+/g, " ");
	return /^.*?[.;](?= [A-Z`]|$)/.exec(line)?.[0] ?? line;
};

const cell = (text: string): string => plain(text).replaceAll("|", "\\|");

function listOf(module: string, names: readonly Declared[]): string {
	const listed = names.filter((one) => one.module === module);
	if (listed.length === 0) return "";
	const rows = listed.map(
		({ name, text }) =>
			`| [\`${name}\`](#${name}) | ${cell(sentenceOf(text))} |`,
	);
	return `From \`${module}\`:\n\n| Name | What it is |\n| --- | --- |\n${rows.join("\n")}\n`;
}

function entry(
	{ name, text, code, named, module }: Declared,
	places: ReadonlyMap<string, string>,
): string {
	const links = named.map(
		(other) => `[\`${other}\`](${places.get(other)}#${other})`,
	);
	const seeAlso = links.length > 0 ? `. Of: ${links.join(", ")}` : "";
	return `## ${name} {#${name}}\n\n${plain(text)}\n\n\`\`\`ts\n${code}\n\`\`\`\n\nFrom \`${module}\`${seeAlso}\n`;
}

/** The pages of the reference, and their list. */
export function referencePages(names: readonly Declared[]): Page[] {
	const unknown = names.find(({ part }) => !Object.hasOwn(parts, part));
	if (unknown)
		throw new Error(
			`${unknown.name} is declared in the part ${unknown.part}, which the reference has no title for`,
		);
	const places = new Map(
		names.map(({ name, part }) => [name, addressOf(part)]),
	);
	const pages = Object.entries(parts).flatMap(([part, [title, what]]) => {
		const own = names.filter((one) => one.part === part);
		const outline = [2, 2] as const;
		if (own.length === 0) return [];
		const lists = ["robust-transfer", "robust-transfer/parts"]
			.map((module) => listOf(module, own))
			.filter((list) => list !== "");
		const entries = own.map((one) => entry(one, places));
		const text = `# ${title} {#the-part}\n\n${what}\n\n${[...lists, ...entries].join("\n")}`;
		return [{ path: `reference/${part}.md`, title, text, outline }];
	});
	return pages;
}

/** The address and title of each page of the reference, and what its part is for. */
export function referenceIndex(pages: readonly Page[]): string {
	const rows = pages.map(({ path, title }) => {
		const part = path.replace(/^reference\/|\.md$/g, "");
		return `| [${title}](/reference/${part}) | ${parts[part]?.[1]} |`;
	});
	return `| Part | What it is for |\n| --- | --- |\n${rows.join("\n")}\n`;
}
