import { type Claims, points, where } from "./words.js";

const classes = `row.metric === "box AP"`;

/** What the notebook of detection says. */
export const detection: Claims = {
	notebook: "detection.ipynb",
	made: (evidence) => {
		const rows = evidence.rows(classes);
		const by = (column: string) =>
			rows.toSorted((a, b) => Number(b[column]) - Number(a[column]));
		const least = by("clean").at(-1);
		const [most, next] = by("drop");
		return [
			where(
				rows.length === 10 && Number(least?.clean) > 5,
				`Every class is learned; the least is ${least?.class}, with ${points(least?.clean)} clean.`,
			),
			`Most is lost of ${most?.class}, ${points(most?.drop)} %, and of ${next?.class}, ${points(next?.drop)} %.`,
		];
	},
	given: [
		"in minutes on two cores",
		"the two stages and the masks",
		"over ten overlaps from 0.5 to 0.95",
		"under three of the study's corruptions at severity 3",
		"Fifteen corruptions of severity 1,",
		"at least half sure",
	],
};
