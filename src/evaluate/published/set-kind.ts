import type { PublishedCorruption } from "./published-corruption.js";

/** What is found of a corruption in the folder of its set. */
export type Found = Pick<PublishedCorruption, "severities" | "open"> & {
	/** A hash of what the files hold, as far as their sizes and ends tell. */
	code(): string;
};

/** How a set lies in its folder. */
export interface SetKind {
	/** The names of the corruptions that are there, where any can be. */
	list?(folder: string): string[];
	/** One of them, and its group; throws where it is not as it must be. */
	find(
		folder: string,
		corruption: { readonly name: string; readonly group: string },
	): Found;
}

/** The name of a file or folder, `gaussian_noise`, as rows have it: `gaussian-noise`. */
export const rowName = (file: string): string =>
	file.toLowerCase().replaceAll("_", "-");
