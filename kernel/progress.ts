import {
	type Checks,
	checkArgument,
	checkOptions,
} from "../src/check/check-options.js";
import { iterable, number, text } from "../src/check/checks.js";

/** What `progress` may be told. */
export interface ProgressOptions {
	/** Stands before the bar. */
	readonly label?: string;
	/** The number of items, where it cannot be read off `length` or `size`. */
	readonly total?: number;
}

const checks: Checks<ProgressOptions> = {
	label: text,
	total: number({ from: 0 }),
};

const barWidth = 20;

/** A bar of block characters that is full at 1. */
export function barOf(share: number): string {
	const filled = Math.round(Math.min(1, share) * barWidth);
	return "█".repeat(filled) + "░".repeat(barWidth - filled);
}

const interval = 100;

/** Seconds as `8 s`, `3:05 min` or `2:10:00 h`. */
export function duration(seconds: number): string {
	if (seconds < 59.5) return `${Math.round(seconds)} s`;
	const whole = Math.round(seconds);
	const pad = (n: number) => String(n).padStart(2, "0");
	const minutes = Math.floor(whole / 60) % 60;
	const hours = Math.floor(whole / 3600);
	return hours > 0
		? `${hours}:${pad(minutes)}:${pad(whole % 60)} h`
		: `${minutes}:${pad(whole % 60)} min`;
}

// the line then fits cells as narrow as 80 characters
const longestLabel = 24;

/** A progress bar as one line of text: share, bar, count, rate and time left. */
export function progressLine(
	done: number,
	seconds: number,
	{ label = "", total }: ProgressOptions,
): string {
	const rate = done / Math.max(seconds, 1e-3);
	const digits = rate < 10 ? 2 : 0;
	const speed = `${rate.toFixed(digits)}/s`;
	const short =
		label.length > longestLabel
			? `${label.slice(0, longestLabel - 1)}…`
			: label;
	const head = short === "" ? "" : `${short} `;
	if (total === undefined) {
		return `${head}${done} · ${speed} · ${duration(seconds)}`;
	}
	const share = total === 0 ? 1 : Math.min(1, done / total);
	const percent = `${String(Math.floor(share * 100)).padStart(3)}%`;
	const time =
		done >= total
			? `${duration(seconds)}`
			: done === 0
				? "…"
				: `${duration((total - done) / rate)} left`;
	return `${head}${percent} ${barOf(share)} ${done}/${total} · ${speed} · ${time}`;
}

type Items<T> = Iterable<T> | AsyncIterable<T>;

function totalOf(items: unknown): number | undefined {
	const { length, size } = items as { length?: unknown; size?: unknown };
	return [length, size].find((n): n is number => typeof n === "number");
}

/** Writes a bar over itself at most ten times a second. */
function createBar(write: (text: string) => void, options: ProgressOptions) {
	const started = performance.now();
	let shownAt = -Infinity;
	let shownLength = 0;
	return (done: number, isLast: boolean) => {
		const now = performance.now();
		if (!isLast && now - shownAt < interval) return;
		shownAt = now;
		const line = progressLine(done, (now - started) / 1000, options);
		write(`\r${line.padEnd(shownLength)}${isLast ? "\n" : ""}`);
		shownLength = line.length;
	};
}

/**
 * Passes items on and shows how far it is: `for (const x of progress(items))`, or
 * `for await` when the items are asynchronous.
 */
export function progressOver<T, I extends Items<T>>(
	items: I,
	write: (text: string) => void,
	options?: ProgressOptions,
): I extends AsyncIterable<T> ? AsyncGenerator<T> : Generator<T>;
export function progressOver<T>(
	items: Items<T>,
	write: (text: string) => void,
	options: ProgressOptions = {},
): Generator<T> | AsyncGenerator<T> {
	checkArgument("progress", ["items", items], iterable);
	checkOptions("progress", options, checks);
	const total = options.total ?? totalOf(items);
	const bar = createBar(
		write,
		total === undefined ? options : { ...options, total },
	);
	const isAsync = Symbol.asyncIterator in items;
	return isAsync
		? overAsync(items as AsyncIterable<T>, bar)
		: overSync(items as Iterable<T>, bar);
}

type Bar = ReturnType<typeof createBar>;

function* overSync<T>(items: Iterable<T>, show: Bar): Generator<T> {
	let done = 0;
	show(0, false);
	try {
		for (const item of items) {
			yield item;
			show(++done, false);
		}
	} finally {
		show(done, true);
	}
}

async function* overAsync<T>(
	items: AsyncIterable<T>,
	show: Bar,
): AsyncGenerator<T> {
	let done = 0;
	show(0, false);
	try {
		for await (const item of items) {
			yield item;
			show(++done, false);
		}
	} finally {
		show(done, true);
	}
}
