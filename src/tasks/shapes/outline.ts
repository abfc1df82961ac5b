/** A closed polygon: x and y of each corner in turn. */
export type Polygon = readonly (readonly [x: number, y: number])[];

/** What a shape looks like: polygons whose overlaps are holes, all within the unit circle. */
export type Outline = readonly Polygon[];

const around = (
	count: number,
	radius: (turn: number) => number,
	start = 0,
): Polygon =>
	Array.from({ length: count }, (_, i) => {
		const turn = i / count;
		const angle = 2 * Math.PI * turn + start;
		const r = radius(turn);
		return [r * Math.sin(angle), -r * Math.cos(angle)];
	});

const smooth = 28;

/** A regular polygon with a corner at the top, of the given radius. */
export const regular = (corners: number, radius = 1): Polygon =>
	around(corners, () => radius);

/** A disk. */
export const round = (radius = 1): Polygon => regular(smooth, radius);

/** A star with its points at radius 1 and the corners between them at radius `inner`. */
export const star = (points: number, inner: number): Polygon =>
	around(2 * points, (turn) =>
		Math.round(turn * 2 * points) % 2 === 0 ? 1 : inner,
	);

/** A disk with `count` waves around it, `depth` of the radius deep. */
export const wavy = (count: number, depth: number): Polygon =>
	around(
		8 * count,
		(turn) => 1 - depth * (0.5 - 0.5 * Math.cos(2 * Math.PI * count * turn)),
	);

/** A disk with `count` square teeth around it, `depth` of the radius deep. */
export const toothed = (count: number, depth: number): Polygon =>
	around(
		4 * count,
		(turn) => (Math.round(turn * 4 * count) % 4 < 2 ? 1 : 1 - depth),
		-Math.PI / (4 * count),
	);

/** A part of a ring between two radii, symmetric about the top, that covers `share` of the circle. */
export function arc(inner: number, outer: number, share: number): Polygon {
	const steps = Math.ceil(smooth * share);
	const edge = (radius: number): [number, number][] =>
		Array.from({ length: steps + 1 }, (_, i) => {
			const angle = 2 * Math.PI * share * (i / steps - 0.5);
			return [radius * Math.sin(angle), -radius * Math.cos(angle)];
		});
	return [...edge(outer), ...edge(inner).reverse()];
}

/** A disk without the part that another disk, moved to the right, covers. */
export function crescent(shift: number, inner: number): Polygon {
	// Where the two circles meet.
	const x = (1 - inner ** 2 + shift ** 2) / (2 * shift);
	const outerHalf = Math.acos(x);
	const innerHalf = Math.acos((x - shift) / inner);
	const steps = 16;
	const edge = (center: number, radius: number, half: number) =>
		Array.from({ length: steps }, (_, i): [number, number] => {
			const angle = half + (2 * (Math.PI - half) * (i + 0.5)) / steps;
			return [center + radius * Math.cos(angle), radius * Math.sin(angle)];
		});
	return [...edge(0, 1, outerHalf), ...edge(shift, inner, innerHalf).reverse()];
}

/** A drop: a disk drawn out to a point at the top. */
export const drop = (): Polygon => [
	[0, -1],
	...around(20, () => 0.58, Math.PI / 4)
		.slice(1, 16)
		.map(([x, y]): [number, number] => [x, y + 0.38]),
];

/** A heart, as the curve of four harmonics. */
export const heart = (): Polygon =>
	Array.from({ length: 32 }, (_, i) => {
		const t = (2 * Math.PI * (i + 0.5)) / 32;
		const y =
			13 * Math.cos(t) -
			5 * Math.cos(2 * t) -
			2 * Math.cos(3 * t) -
			Math.cos(4 * t);
		return [Math.sin(t) ** 3 * 0.88, -(y + 2.5) / 18.2];
	});
