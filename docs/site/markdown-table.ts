/** A table in Markdown. */
export function markdownTable(
	head: readonly string[],
	rows: readonly (readonly string[])[],
): string {
	const lines = [head, head.map(() => "---"), ...rows];
	return lines
		.map(
			(cells) =>
				`| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`,
		)
		.join("\n");
}
