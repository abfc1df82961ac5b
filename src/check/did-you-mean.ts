/** How many letters must be put in, left out, replaced or swapped with their neighbor to make one word of another. */
export function editDistance(a: string, b: string): number {
	let [before, last] = [[] as number[], [] as number[]];
	let row = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		[before, last, row] = [last, row, [i]];
		for (let j = 1; j <= b.length; j++) {
			const isSame = a[i - 1] === b[j - 1];
			const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			row[j] = Math.min(
				last[j]! + 1,
				row[j - 1]! + 1,
				last[j - 1]! + (isSame ? 0 : 1),
				isSwapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY,
			);
		}
	}
	return row[b.length]!;
}

/** The share of the letters of a name that may be wrong for it to be meant. */
const mostWrong = 0.4;

/**
 * The end of an error about a name that there is not: `; did you mean "fog"?`, or nothing where no name is near.
 *
 * Upper and lower case are not told apart.
 */
export function didYouMean(given: unknown, names: readonly unknown[]): string {
	if (typeof given !== "string") return "";
	let [nearest, least] = ["", Number.POSITIVE_INFINITY];
	for (const name of names) {
		if (typeof name !== "string") continue;
		const distance = editDistance(given.toLowerCase(), name.toLowerCase());
		const isNear = distance <= Math.max(1, mostWrong * name.length);
		if (isNear && distance < Math.min(least, given.length))
			[nearest, least] = [name, distance];
	}
	return nearest === "" ? "" : `; did you mean "${nearest}"?`;
}
