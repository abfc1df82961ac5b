/** How much a detection must overlap a thing to have found it: `linspace(0.5, 0.95, 10)`, bit for bit. */
export const overlapThresholds: readonly number[] = Object.freeze(
	Array.from({ length: 10 }, (_, i) =>
		i === 9 ? 0.95 : 0.5 + i * ((0.95 - 0.5) / 9),
	),
);

/** The least and the largest area, in pixels, of what is scored as all, small, medium and large. */
export const areaRanges = Object.freeze({
	all: [0, 1e10],
	small: [0, 32 ** 2],
	medium: [32 ** 2, 96 ** 2],
	large: [96 ** 2, 1e10],
} as const);

/** The order of `areaRanges`. */
export const areaNames = Object.freeze(
	Object.keys(areaRanges) as (keyof typeof areaRanges)[],
);

/** Things and detections of one class in one image; detections by falling score. */
export interface Match {
	/** `[detections * things]`: how much they overlap. */
	readonly overlaps: Float64Array;
	readonly detectionAreas: readonly number[];
	readonly thingAreas: readonly number[];
	readonly crowd: readonly boolean[];
}

const isWithin = (area: number, [least, most]: readonly [number, number]) =>
	area >= least && area <= most;

/** Bits 0 to 9: which thresholds a detection is matched at; 10 to 19: at which it does not count. */
export const ignoredShift = 10;
const everyThreshold = 2 ** ignoredShift - 1;

/**
 * Matches detections with things, once for each range of areas.
 *
 * Returns `[detections * ranges]` bits, and for each range how many things there are to find. Every
 * detection in turn takes the thing that it overlaps most and that is still free; things outside the
 * range, and crowds, only where it finds no other. As `COCOeval.evaluateImg`.
 */
export function matchDetections(match: Match): {
	flags: Uint32Array;
	counts: number[];
} {
	const flags = new Uint32Array(match.detectionAreas.length * areaNames.length);
	const counts = areaNames.map((name, at) => {
		const range = areaRanges[name];
		const isIgnored = match.thingAreas.map(
			(area, i) => (match.crowd[i] as boolean) || !isWithin(area, range),
		);
		matchRange(match, { isIgnored, range, at, flags });
		return isIgnored.filter((ignored) => !ignored).length;
	});
	return { flags, counts };
}

interface Range {
	/** Of each thing. */
	readonly isIgnored: readonly boolean[];
	readonly range: readonly [number, number];
	/** Its position among the ranges. */
	readonly at: number;
	/** To be filled. */
	readonly flags: Uint32Array;
}

function matchRange(match: Match, { isIgnored, range, at, flags }: Range) {
	const things = [...isIgnored.keys()];
	const order = [
		...things.filter((i) => !isIgnored[i]),
		...things.filter((i) => isIgnored[i]),
	];
	match.detectionAreas.forEach((area, detection) => {
		if (!isWithin(area, range))
			flags[detection * areaNames.length + at] = everyThreshold << ignoredShift;
	});
	if (things.length === 0) return;
	const best = highest(match, things.length);
	overlapThresholds.forEach((threshold, bit) => {
		const taken = new Uint8Array(things.length);
		best.forEach((most, detection) => {
			if (most < threshold) return;
			const found = choose(match, {
				detection,
				threshold,
				order,
				isIgnored,
				taken,
			});
			if (found < 0) return;
			taken[found] = 1;
			const i = detection * areaNames.length + at;
			flags[i]! |= 1 << bit;
			if (isIgnored[found]) flags[i]! |= 1 << (bit + ignoredShift);
			else flags[i]! &= ~(1 << (bit + ignoredShift));
		});
	});
}

/** How much each detection overlaps the thing that it overlaps most. */
function highest({ overlaps, detectionAreas }: Match, things: number) {
	return detectionAreas.map((_, detection) => {
		let most = 0;
		for (let i = detection * things; i < (detection + 1) * things; i++)
			if (overlaps[i]! > most) most = overlaps[i]!;
		return most;
	});
}

interface Choice {
	readonly detection: number;
	readonly threshold: number;
	/** Those to be found first. */
	readonly order: readonly number[];
	readonly isIgnored: readonly boolean[];
	readonly taken: Uint8Array;
}

/** The thing that a detection finds, or -1. */
function choose({ overlaps, crowd }: Match, choice: Choice): number {
	const { detection, threshold, order, isIgnored, taken } = choice;
	let most = Math.min(threshold, 1 - 1e-10);
	let found = -1;
	for (const thing of order) {
		if (taken[thing] && !crowd[thing]) continue;
		if (found >= 0 && !isIgnored[found] && isIgnored[thing]) break;
		const overlap = overlaps[detection * order.length + thing]!;
		if (overlap < most) continue;
		most = overlap;
		found = thing;
	}
	return found;
}
