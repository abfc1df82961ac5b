import type { ResultRow } from "../evaluate/result-row.js";
import { values } from "./scored-corruption.js";
import { groupBy } from "./table-rows.js";

/** The columns that say where corrupted images come from, in which all that one mean is over must agree. */
export const sourceColumns = ["source", "set", "corruptedAt"] as const;

/** What rows of corrupted images count as that do not say where those come from, nor where they were corrupted. */
export function impliedSource(
	{ corruption, source }: ResultRow,
	column: string,
): string | null {
	if (corruption === "clean") return null;
	if (column === "source") return "drawn";
	return column === "corruptedAt" && !source ? "given" : null;
}

/** What published images that are others than the task's own have of their own. */
const ofImages: readonly string[] = ["data", "images", "scoring"];

/** The rows that must agree in a column: of the test images, those that are of the task's own. */
export const comparable = (
	rows: readonly ResultRow[],
	column: string,
): readonly ResultRow[] =>
	ofImages.includes(column)
		? rows.filter(
				({ source, group }) => source !== "published" || group !== "domain",
			)
		: rows;

/** Says which corruptions of some rows are of several files, or several texts. */
export const severalCopies = (
	whose: string,
	rows: readonly ResultRow[],
): string[] =>
	groupBy(rows, ({ corruption }) => corruption).flatMap((own) => {
		const codes = values(own, "corruptionCode");
		return codes.length > 1
			? [
					`${whose} has ${own[0]?.corruption} of the corruptionCode ${codes.join(" and ")}: filter the results to one of them`,
				]
			: [];
	});
