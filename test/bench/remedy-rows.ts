/** What `npm run bench remedies` measures beside plain fine-tuning: a row each. */
import { type Recipe, remedies } from "../../src/index.js";

/** What a remedy changes of a recipe, and how much longer its step may take; null where nothing is aimed at. */
export interface RemedyRow {
	readonly changes: (recipe: Recipe) => Partial<Recipe>;
	readonly target: number | null;
}

const row = (
	changes: RemedyRow["changes"],
	target: number | null = 1.05,
): RemedyRow => ({ changes, target });

/** By the name of the remedy; `plain` against itself says how far the machine can be believed. */
export const remedyRows: Readonly<Record<string, RemedyRow>> = {
	plain: row(() => ({}), null),
	"L2-SP": row(() => ({ weightDecay: 0, regularizers: [remedies.l2Sp()] })),
	"decay to the start": row(({ optimizer }) => ({
		weightDecay: 0,
		optimizer: remedies.anchoredDecay({ optimizer, alpha: 0.01 }),
	})),
	RGN: row(() => ({ regularizers: [remedies.rgn({ batches: 1 })] })),
	SPD: row(({ optimizer }) => ({ optimizer: remedies.spd({ optimizer }) })),
	FTP: row(({ optimizer }) => ({ optimizer: remedies.ftp({ optimizer }) })),
	TPGM: row(
		({ optimizer }) => ({ optimizer: remedies.tpgm({ optimizer }) }),
		null,
	),
	"EMA of weights": row(() => ({ average: { decay: 0.999 } }), 1.03),
};
