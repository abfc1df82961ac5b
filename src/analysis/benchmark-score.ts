import { severities } from "../corruptions/corruption.js";

/** One score of a published file of a benchmark, in percent. */
export interface BenchmarkScore {
	/** What the file calls the network. */
	readonly model: string;
	/** The figure: `accuracy`, `box AP`, `mask AP50`. */
	readonly metric: string;
	/** As this package calls it: `gaussian-noise`; or `clean`. */
	readonly corruption: string;
	/** 0 for clean. */
	readonly severity: number;
	readonly score: number;
}

/** What the benchmarks call a corruption: `gaussian_noise`. */
export const benchmarkName = (corruption: string): string =>
	corruption.replaceAll("-", "_");

/** What this package calls a corruption of the benchmarks. */
export const ownName = (name: string): string => name.replaceAll("_", "-");

/** The severity that a file says, as text; throws where there is none. */
export function severityOf(text: string, where: string): number {
	const severity = Number(text);
	if ([0, ...severities].includes(severity)) return severity;
	throw new RangeError(
		`${where} has the severity ${JSON.stringify(text)}: there are 0, for clean, to 5`,
	);
}

/** A number of a file from 0 to 1, in percent; throws where it is none. */
export function percentOf(value: unknown, where: string): number {
	if (typeof value === "number" && value >= 0 && value <= 1) return 100 * value;
	throw new RangeError(
		`${where} is ${JSON.stringify(value)}, which is no share from 0 to 1`,
	);
}
