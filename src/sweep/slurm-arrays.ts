/** Jobs of a submission that are one array of Slurm: those from `from` on, `count` of them, numbered from 0. */
export interface JobArray {
	readonly from: number;
	readonly count: number;
	/** Of them at once, at most. */
	readonly atOnce?: number;
}

/**
 * Deals jobs out to as few arrays as the cluster's MaxArraySize allows, of about one size, with equal shares of what
 * may run at once.
 *
 * An array's highest index is below MaxArraySize. Throws where the cluster has no arrays, or more are needed than jobs
 * may run at once.
 */
export function arraysOf(
	jobs: number,
	{ most, atOnce }: { readonly most: number; readonly atOnce?: number },
): JobArray[] {
	if (most < 1)
		throw new Error(
			"this cluster's MaxArraySize is 0: it takes no job arrays, as which sweeps are sent",
		);
	const arrays = Math.ceil(jobs / most);
	if (atOnce !== undefined && atOnce < arrays)
		throw new RangeError(
			`slurm: ${jobs} jobs need ${arrays} arrays on this cluster (its MaxArraySize is ${most}), each of which runs one job at once at least: let atOnce be ${arrays} or more, or put more cells into a job with cellsPerJob`,
		);
	const share = (whole: number, index: number) =>
		Math.floor(whole / arrays) + (index < whole % arrays ? 1 : 0);
	let from = 0;
	return Array.from({ length: arrays }, (_, i) => {
		const array = { from, count: share(jobs, i) };
		from += array.count;
		return atOnce === undefined
			? array
			: { ...array, atOnce: share(atOnce, i) };
	});
}

/** Some indices as Slurm writes them: `0-3,7`. */
export function indexRanges(indices: readonly number[]): string {
	const sorted = [...new Set(indices)].sort((a, b) => a - b);
	const ranges: [first: number, last: number][] = [];
	for (const index of sorted) {
		const open = ranges.at(-1);
		if (open && open[1] === index - 1) open[1] = index;
		else ranges.push([index, index]);
	}
	return ranges
		.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`))
		.join(",");
}

/**
 * Jobs by their ids as `scancel` takes them: `12_1`, `12_2` and `13_0` are `12_[1-2]` and `13_[0]`.
 *
 * Throws for an id that is not that of an array's job.
 */
export function groupedIds(ids: readonly string[]): string[] {
	const arrays = new Map<string, number[]>();
	for (const id of ids) {
		const [, array, index] = /^(\d+)_(\d+)$/.exec(id) ?? [];
		if (array === undefined)
			throw new Error(
				`"${id}" is no job of a sweep on Slurm: those are called such as 1234_7`,
			);
		arrays.set(array, [...(arrays.get(array) ?? []), Number(index)]);
	}
	return [...arrays].map(([id, indices]) => `${id}_[${indexRanges(indices)}]`);
}
