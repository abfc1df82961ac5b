import { joinText, type Notebook } from "../../../kernel/notebook/format.js";

const words =
	"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|sixteen|twenty|hundred|thousand|half|halves|thirds?|quarters?|fifth|tenth|twice|double";
const number = new RegExp(`\\d|\\b(${words})\\b`, "i");

/** What has a number in it and is no result: names, places in papers, and what all of the study is of. */
const names = [
	/`[^`]*`|\$[^$]*\$|\[[\w.-]+\]\([^)]*\)/g, // code, formulas and links to files
	/\((?:[^()]*,? )?(?:19|20)\d\d\)|CVPR 2022|ILSVRC 2012/g,
	/\b(CIFAR-10(-C)?|ADE20K|ResNet-\d+s?|CC0|L2-SP|L2 distance|top-5)/g,
	/\b(Figures?|Tables?) \d+( and (its Figure )?\d+)?/g,
	/\bat severity 1\b|\bseverity 1, as in|\bseverities 1 to 5\b/g,
	/\b(the )?fifteen( common)? corruptions\b/gi,
];

/** The text of all markdown cells, without code blocks and displayed formulas. */
export function proseOf({ cells }: Notebook): string {
	return cells
		.filter(({ cell_type }) => cell_type === "markdown")
		.map(({ source }) =>
			joinText(source).replace(/```[\s\S]*?```|\$\$[\s\S]*?\$\$/g, ""),
		)
		.join("\n\n");
}

/** A text with blanks in place of names. */
export function withoutNames(text: string): string {
	return names.reduce(
		(rest, name) => rest.replace(name, (found) => " ".repeat(found.length)),
		text,
	);
}

const hasNumber = (text: string) => number.test(withoutNames(text));

/** The sentences of a text that have a number in them. */
export function sentencesWithNumbers(prose: string): string[] {
	return prose
		.split("\n")
		.flatMap((line) => line.split(/(?<=[.:?!](?:\*\*)?)\s+(?=[*[_A-Z`])/))
		.filter(hasNumber);
}
