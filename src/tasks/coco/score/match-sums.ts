import { distinctNames } from "../../distinct-names.js";
import type { ImageSums } from "../../per-image/per-image.js";
import { figureNames, figureOf, type Ranking, rank } from "./coco-figures.js";
import { joinMatches, type Matches, matchesOf } from "./matches.js";
import { unpackMatches } from "./pack-matches.js";
import type { Kind } from "./score-image.js";

class MatchSums implements ImageSums {
	readonly images: number;
	readonly #matches: Matches;
	readonly #classes: readonly string[];
	readonly #rankings = new Map<Kind, Ranking[]>();

	constructor(matches: Matches, classes: readonly string[]) {
		this.images = matches.images;
		this.#matches = matches;
		this.#classes = classes;
	}

	/** None where things of the kind were not scored. */
	#rankingsOf(kind: Kind): Ranking[] | undefined {
		if (!this.#matches.flags[kind]) return undefined;
		const known =
			this.#rankings.get(kind) ??
			rank(this.#matches, kind, this.#classes.length);
		this.#rankings.set(kind, known);
		return known;
	}

	figure(times: Float64Array, name: string): number | undefined {
		const named = /^(box|mask) (\w+)(?:: (.*))?$/.exec(name);
		const [, kind, figure, one] = named ?? [];
		const known = figureNames.find((other) => other === figure);
		const rankings = this.#rankingsOf(kind as Kind);
		if (!known || !rankings) return undefined;
		if (one === undefined) return 100 * figureOf(rankings, known, times);
		const at = distinctNames(this.#classes).indexOf(one);
		if (at < 0) return undefined;
		return 100 * figureOf(rankings.slice(at, at + 1), known, times);
	}

	and(others: ImageSums): ImageSums {
		if (!(others instanceof MatchSums))
			throw new TypeError("only detections can be joined with detections");
		return new MatchSums(
			joinMatches(this.#matches, others.#matches),
			this.#classes,
		);
	}
}

/** Reads what `packMatches` packed: the AP of `averagePrecision`, and its further figures by name. */
export function matchSums(
	bytes: Uint8Array,
	classes: readonly string[],
): ImageSums {
	const { images, kinds } = unpackMatches(bytes);
	return new MatchSums(matchesOf(images, kinds), classes);
}
