/** A line and a column, both from 0. */
export interface Place {
	readonly line: number;
	readonly column: number;
}

interface Segment {
	readonly compiled: Place;
	readonly source: Place;
}

const digits =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The numbers in a segment of a source map: five bits in a digit, the sixth says that more follow. */
function numbersOf(segment: string): number[] {
	const numbers: number[] = [];
	let [value, shift] = [0, 0];
	for (const digit of segment) {
		const bits = digits.indexOf(digit);
		value += (bits & 31) << shift;
		shift += 5;
		if (bits & 32) continue;
		numbers.push(value & 1 ? -(value >> 1) : value >> 1);
		[value, shift] = [0, 0];
	}
	return numbers;
}

function segmentsOf(map: string): Segment[] {
	const { mappings } = JSON.parse(map) as { readonly mappings: string };
	const segments: Segment[] = [];
	let [line, column] = [0, 0];
	for (const [i, text] of mappings.split(";").entries()) {
		let at = 0;
		for (const segment of text.split(",")) {
			const [step = 0, , lines, columns] = numbersOf(segment);
			at += step;
			if (lines === undefined || columns === undefined) continue;
			line += lines;
			column += columns;
			const compiled = { line: i, column: at };
			segments.push({ compiled, source: { line, column } });
		}
	}
	return segments;
}

const isAfter = (a: Place, b: Place) =>
	a.line > b.line || (a.line === b.line && a.column > b.column);

/** Places of a script in its source, both ways. */
export class Places {
	readonly #segments: readonly Segment[];

	/** Reads a source map; `head` lines of the source are not the reader's. */
	constructor(
		map: string,
		readonly head: number,
		readonly lines: number,
	) {
		this.#segments = segmentsOf(map)
			.map(({ compiled, source }) => ({
				compiled,
				source: { ...source, line: source.line - head },
			}))
			.filter(({ source }) => source.line >= 0 && source.line < lines);
	}

	/** Where something in the script comes from. */
	source(compiled: Place): Place | undefined {
		let found: Segment | undefined;
		for (const segment of this.#segments) {
			if (isAfter(segment.compiled, compiled)) break;
			found = segment;
		}
		return found?.source;
	}

	/** Where the code of a line begins in the script, and that of which line it is: the next where it has none. */
	compiled(
		line: number,
	): { readonly compiled: Place; readonly line: number } | undefined {
		let best: Segment | undefined;
		for (const segment of this.#segments) {
			if (segment.source.line < line) continue;
			if (!best || segment.source.line < best.source.line) best = segment;
		}
		return best && { compiled: best.compiled, line: best.source.line };
	}
}
