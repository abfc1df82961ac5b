import { networkColumns } from "./run-columns.js";
import {
	conditions,
	type ScoreGroup,
	type ScoreGroups,
} from "./score-groups.js";
import { values } from "./scored-corruption.js";

/** A group of runs, and what it is called in errors. */
export interface NamedGroup {
	readonly name: string;
	readonly group: ScoreGroup;
}

/** What distinguishes networks, not the images that they are shown, nor how those are scored. */
const ofNetworks: readonly string[] = [...networkColumns, "adaptationCode"];

/** What scores must agree in to be of the same images, scored alike. */
export const sharedConditions = conditions.filter(
	(column) => !ofNetworks.includes(column),
);

/** Throws where groups were not scored on the same images under the same conditions: only then are their scores paired. */
export function checkSameImages(
	named: readonly NamedGroup[],
	{ corruptions, severities }: Omit<ScoreGroups, "groups">,
): void {
	const problems = sharedConditions.flatMap((column) => {
		const cells = [
			{
				cell: "",
				rowsOf: ({ group }: NamedGroup) => group.runs.map(({ clean }) => clean),
			},
			...corruptions.flatMap((corruption) =>
				severities.map((severity) => ({
					cell: ` under ${corruption.name} ${severity}`,
					rowsOf: ({ group }: NamedGroup) =>
						group.runs.map((run) => run.cell(corruption, severity)),
				})),
			),
		];
		for (const { cell, rowsOf } of cells) {
			const all = named.flatMap(rowsOf);
			if (values(all, column).length < 2) continue;
			const told = named.map(
				(one) =>
					`${one.name} has ${values(rowsOf(one), column).join(" and ") || "none"}`,
			);
			return [`  the ${column}${cell}: ${[...new Set(told)].join(", ")}`];
		}
		return [];
	});
	if (problems.length > 0)
		throw new RangeError(
			`only what was scored on the same images can be compared, and these differ in\n${problems.join("\n")}\nevaluate both over the same, or filter the results`,
		);
}
