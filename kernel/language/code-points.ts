/** Converts an offset in code points, as clients count, to one in UTF-16 units. */
export function toUnits(text: string, points: number): number {
	let units = 0;
	let left = points;
	for (const character of text) {
		if (left-- <= 0) break;
		units += character.length;
	}
	return units;
}

/** Converts an offset in UTF-16 units to one in code points. */
export function toPoints(text: string, units: number): number {
	return [...text.slice(0, units)].length;
}
