/** How far a run or an evaluation is. */
export interface Progress {
	readonly doing: "training" | "evaluating";
	/** What is being done: the id of the run, or the corruption and its severity. */
	readonly what: string;
	/** Updates, or images, done and to do; the latter an estimate where the length is in seconds. */
	readonly done: number;
	readonly total: number;
	/** Of the last update. */
	readonly loss?: number;
	readonly learningRate?: number;
	/** The numbers that were logged last, by name, such as scores on held-out data. */
	readonly numbers?: Readonly<Record<string, number>>;
	/** Over the last seconds. */
	readonly imagesPerSecond: number;
	readonly secondsLeft: number;
}

/** Is told how far things are; a terminal or a notebook shows it. The library itself never prints. */
export type Reporter = (progress: Progress) => void;

/** Seconds as `1:05` or `2:03:09`. */
export function clock(seconds: number): string {
	const whole = Math.max(0, Math.ceil(seconds));
	const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60)];
	const two = (number: number) => String(number).padStart(2, "0");
	const rest = two(whole % 60);
	return hours > 0
		? `${hours}:${two(minutes % 60)}:${rest}`
		: `${minutes}:${rest}`;
}

/** Progress as one line of text. */
export function progressText({
	doing,
	what,
	done,
	total,
	loss,
	learningRate,
	numbers = {},
	imagesPerSecond,
	secondsLeft,
}: Progress): string {
	const unit = doing === "training" ? "step " : "image ";
	return [
		what,
		`${unit}${done} of ${Math.round(total)}`,
		...(loss === undefined ? [] : [`loss ${loss.toFixed(4)}`]),
		...(learningRate === undefined
			? []
			: [`learning rate ${Number(learningRate.toPrecision(3))}`]),
		...Object.entries(numbers).map(
			([name, number]) => `${name} ${Number(number.toPrecision(4))}`,
		),
		`${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} images/s`,
		`${clock(secondsLeft)} left`,
	].join("  ");
}

const windowSeconds = 5;

/** Measures the rate of something that is counted up from `start`, over the last few seconds. */
export function rateMeter(start = 0): (count: number) => number {
	const samples = [{ at: performance.now() / 1000, count: start }];
	return (count) => {
		const at = performance.now() / 1000;
		samples.push({ at, count });
		while (samples.length > 2 && at - (samples[0]?.at ?? at) > windowSeconds)
			samples.shift();
		const first = samples[0] as { at: number; count: number };
		return at > first.at ? (count - first.count) / (at - first.at) : 0;
	};
}
