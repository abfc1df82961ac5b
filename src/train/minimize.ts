/** A function of many numbers: returns its value, and writes its slope into `slope`. */
export type Objective = (at: Float64Array, slope: Float64Array) => number;

/** When a minimum is near enough. */
export interface MinimizeOptions {
	/** Steps at most. */
	readonly iterations: number;
	/** It has converged where no part of the slope is larger. */
	readonly tolerance: number;
	/** Awaited before each step; throws to stop. */
	readonly between?: () => Promise<void>;
}

/** Where it ended. */
export interface Minimum {
	readonly at: Float64Array;
	readonly value: number;
	readonly iterations: number;
	readonly converged: boolean;
}

interface Pair {
	/** How far a step went. */
	readonly step: Float64Array;
	/** How the slope changed by it. */
	readonly turn: Float64Array;
	readonly product: number;
}

const remembered = 10;
const sufficient = 1e-4;
const halvings = 40;

function dot(a: Float64Array, b: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
	return sum;
}

/** Adds `scale · b` to `a`. */
function add(a: Float64Array, scale: number, b: Float64Array): void {
	for (let i = 0; i < a.length; i++)
		a[i] = (a[i] as number) + scale * (b[i] as number);
}

const largest = (values: Float64Array): number =>
	values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Downhill, by the curvature along the last steps: the two-loop recursion. */
function directionOf(
	slope: Float64Array,
	pairs: readonly Pair[],
): Float64Array {
	const direction = slope.map((value) => -value);
	const shares = new Map<Pair, number>();
	for (const pair of pairs.toReversed()) {
		const share = dot(pair.step, direction) / pair.product;
		shares.set(pair, share);
		add(direction, -share, pair.turn);
	}
	const last = pairs.at(-1);
	const scale = last
		? last.product / dot(last.turn, last.turn)
		: 1 / Math.max(1, Math.sqrt(dot(slope, slope)));
	direction.forEach((value, i) => {
		direction[i] = scale * value;
	});
	for (const pair of pairs) {
		const share = shares.get(pair) as number;
		add(direction, share - dot(pair.turn, direction) / pair.product, pair.step);
	}
	return direction;
}

interface Point {
	readonly at: Float64Array;
	readonly value: number;
	readonly slope: Float64Array;
}

/** The first point, from a whole step on by halves, that is lower as the slope promises; undefined where none is. */
function lower(
	objective: Objective,
	from: Point,
	direction: Float64Array,
): Point | undefined {
	const promise = dot(from.slope, direction);
	const rounding = 4 * Number.EPSILON * Math.abs(from.value);
	const slope = new Float64Array(from.at.length);
	for (let halved = 0; halved < halvings; halved++) {
		const length = 0.5 ** halved;
		const at = from.at.slice();
		add(at, length, direction);
		const value = objective(at, slope);
		if (value <= from.value + sufficient * length * promise + rounding)
			return { at, value, slope };
	}
	return undefined;
}

/**
 * The minimum of a convex function, by L-BFGS with the last ten steps and halved step lengths, in double precision.
 *
 * It has not converged where the iterations end, or no lower point can be told from rounding. Source: Nocedal and
 * Wright, "Numerical Optimization", algorithms 7.4 and 7.5.
 */
export async function minimize(
	objective: Objective,
	start: Float64Array,
	{ iterations, tolerance, between }: MinimizeOptions,
): Promise<Minimum> {
	const slope = new Float64Array(start.length);
	let now: Point = { at: start.slice(), value: objective(start, slope), slope };
	let pairs: Pair[] = [];
	let steps = 0;
	const isFlat = () => largest(now.slope) <= tolerance;
	for (; steps < iterations && !isFlat(); steps++) {
		await between?.();
		const next = lower(objective, now, directionOf(now.slope, pairs));
		if (!next) break;
		const step = next.at.slice();
		add(step, -1, now.at);
		const turn = next.slope.slice();
		add(turn, -1, now.slope);
		const product = dot(step, turn);
		if (product > 0)
			pairs = [...pairs, { step, turn, product }].slice(-remembered);
		now = next;
	}
	const { at, value } = now;
	return { at, value, iterations: steps, converged: isFlat() };
}
