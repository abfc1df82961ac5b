/** A report of benchmarks: a section for each heading, replaced when it is measured again. */

/** What a benchmark printed under one heading, or what stands there. */
export interface Section {
	readonly title: string;
	/** The heading and all below it, without empty lines at the end. */
	readonly text: string;
	/** The benchmark that measures it, as `npm run bench` knows it; undefined where the section does not say. */
	readonly bench: string | undefined;
}

const benchMark = /^<!-- npm run bench (\S+) -->$/m;
// As `heading` writes it: the day, the processor and its threads, the versions.
const measuredWhen = /^\d{4}-\d{2}-\d{2}; .+, \d+ threads\b.*; Node \d/m;

const isRow = (line: string): boolean => line.startsWith("|");

const cellsOf = (line: string): string[] =>
	line
		.slice(1, line.lastIndexOf("|"))
		.split("|")
		.map((cell) => cell.trim());

/** The line below the head of a table; other cells may hold a dash. */
const ruleLine = 1;

/** Lines of a table with columns as wide as their widest cell; numbers, by the rule below the head, on the right. */
function aligned(lines: readonly string[]): string[] {
	const rows = lines.map(cellsOf);
	const [head = [], rules = []] = rows;
	const widths = head.map((_, column) =>
		Math.max(
			...rows.map((row, line) =>
				line === ruleLine ? 3 : (row[column] ?? "").length,
			),
		),
	);
	return rows.map((row, line) => {
		const cells = widths.map((width, column) => {
			const cell = row[column] ?? "";
			const isRight = rules[column]?.endsWith(":");
			if (line === ruleLine)
				return `${"-".repeat(width - (isRight ? 1 : 0))}${isRight ? ":" : ""}`;
			return isRight ? cell.padStart(width) : cell.padEnd(width);
		});
		return `| ${cells.join(" | ")} |`;
	});
}

/** Markdown with its tables aligned. */
export function alignTables(text: string): string {
	const lines = text.split("\n");
	const made: string[] = [];
	for (let at = 0; at < lines.length; ) {
		const rest = lines.slice(at);
		const end = rest.findIndex((line) => !isRow(line));
		const count = end < 0 ? rest.length : end;
		made.push(
			...(count > 0 ? aligned(rest.slice(0, count)) : rest.slice(0, 1)),
		);
		at += Math.max(1, count);
	}
	return made.join("\n");
}

/** The sections of a text; what stands before the first heading is none. */
export const sectionsOf = (text: string): Section[] =>
	text
		.split(/^(?=## )/m)
		.filter((part) => part.startsWith("## "))
		.map((part) => ({
			title: part.slice(3, part.indexOf("\n")).trim(),
			text: part.trimEnd(),
			bench: benchMark.exec(part)?.[1],
		}));

/**
 * What a benchmark printed, each section with its name; throws where one does not say when, where and with which
 * versions it was measured, as `heading` does.
 */
export function measuredBy(bench: string, printed: string): Section[] {
	return sectionsOf(printed).map(({ title, text }) => {
		if (!measuredWhen.test(text))
			throw new Error(
				`the section "${title}" of ${bench} has no line of day, machine and versions: print heading()`,
			);
		const head = `## ${title}`;
		const rest = text.slice(text.indexOf("\n")).trimStart();
		const marked = `${head}\n\n<!-- npm run bench ${bench} -->\n\n${rest}`;
		return { title, text: marked, bench };
	});
}

/** A report without the sections of benchmarks that there are no more, and the titles of those. */
export function withoutGone(
	report: string,
	benches: readonly string[],
): { readonly report: string; readonly gone: readonly string[] } {
	const isGone = ({ bench }: Section): boolean =>
		bench === undefined || !benches.includes(bench);
	const gone = sectionsOf(report).filter(isGone);
	const kept = gone.reduce(
		(text, section) =>
			text.replace(`${section.text}\n`, "").replace(/\n{3,}/g, "\n\n"),
		report,
	);
	return {
		report: `${kept.trimEnd()}\n`,
		gone: gone.map(({ title }) => title),
	};
}

/** A report with some sections anew: in the place of those with their titles, new ones at the end. */
export function withSections(
	report: string,
	measured: readonly Section[],
): string {
	const before = report.split(/^(?=## )/m)[0]?.trimEnd() ?? "";
	const known = sectionsOf(report);
	const anew = new Map(measured.map((section) => [section.title, section]));
	const kept = known.map((section) => anew.get(section.title) ?? section);
	const titles = new Set(known.map(({ title }) => title));
	const added = measured.filter(({ title }) => !titles.has(title));
	const texts = [...kept, ...added].map((section) =>
		anew.has(section.title) ? alignTables(section.text) : section.text,
	);
	return `${[before, ...texts].join("\n\n")}\n`;
}
