import { randomUUID } from "node:crypto";
import type { Progress, Reporter } from "../src/train/reporter.js";
import { count } from "./display/facts.js";
import { escapeHtml } from "./display/html.js";
import { barOf, duration } from "./progress.js";
import type { Content } from "./protocol/message.js";

const redrawMilliseconds = 200;

/** What one execution of a cell has trained and scored so far. */
interface State {
	readonly id: string;
	/** What goes on, by what it is. */
	readonly active: Map<string, Progress>;
	readonly seconds: { training: number; evaluating: number };
	runs: number;
	images: number;
	changedAt: number;
	shownAt: number;
}

function newState(): State {
	const now = performance.now();
	return {
		id: randomUUID(),
		active: new Map(),
		seconds: { training: 0, evaluating: 0 },
		runs: 0,
		images: 0,
		changedAt: now,
		shownAt: Number.NEGATIVE_INFINITY,
	};
}

function note(state: State, progress: Progress): void {
	const { doing, what, done, total } = progress;
	const now = performance.now();
	state.seconds[doing] += (now - state.changedAt) / 1000;
	state.changedAt = now;
	const key = doing === "training" ? what : doing;
	if (done < total) state.active.set(key, progress);
	else {
		state.active.delete(key);
		if (doing === "training") state.runs++;
		else state.images += total;
	}
}

/** What is finished, a sentence each. */
function finishedLines({ runs, images, seconds }: State): string[] {
	const plural = runs === 1 ? "run" : "runs";
	return [
		...(runs > 0
			? [`trained ${runs} ${plural} in ${duration(seconds.training)}`]
			: []),
		...(images > 0
			? [`scored ${count(images)} images in ${duration(seconds.evaluating)}`]
			: []),
	];
}

const percentOf = ({ done, total }: Progress) =>
	`${Math.floor((100 * done) / total)}%`;

/** Where something is, how fast, how long yet, and what it is. */
function detailsOf(progress: Progress): string {
	const { doing, what, done, total, loss, imagesPerSecond, secondsLeft } =
		progress;
	const unit = doing === "training" ? "step" : "image";
	return [
		`${unit} ${count(done)} of ${count(Math.round(total))}`,
		...(loss === undefined ? [] : [`loss ${loss.toFixed(3)}`]),
		`${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} images/s`,
		`${duration(secondsLeft)} left`,
		what,
	].join(" · ");
}

function contentOf(state: State): Content {
	const lines = finishedLines(state);
	const active = [...state.active.values()];
	const bars = active.map((progress) => {
		const percent = percentOf(progress).padStart(4);
		return `${percent} ${barOf(progress.done / progress.total)} ${detailsOf(progress)}`;
	});
	const line = "white-space:nowrap;overflow:hidden;text-overflow:ellipsis";
	const elements = active.map(
		(progress) =>
			`<div style="${line}" title="${escapeHtml(progress.what)}"><progress max="${progress.total}" value="${progress.done}" style="width:14em;vertical-align:middle"></progress> ${percentOf(progress)} · ${escapeHtml(detailsOf(progress))}</div>`,
	);
	const sentences = lines.map((line) => `<div>${escapeHtml(line)}</div>`);
	return {
		data: {
			"text/html": `<div style="font-variant-numeric:tabular-nums">${[...sentences, ...elements].join("")}</div>`,
			"text/plain": [...lines, ...bars].join("\n"),
		},
		metadata: {},
		transient: { display_id: state.id },
	};
}

/**
 * Shows what the library trains and scores below the cell that asked for it.
 *
 * A bar in place for what goes on, with rate and time left; of what is finished, a sentence.
 */
export function createReporter({
	publish,
	execution,
}: {
	publish(type: string, content: Content): void;
	execution(): object;
}): Reporter {
	const states = new WeakMap<object, State>();
	return (progress) => {
		const cell = execution();
		const known = states.get(cell);
		const state = known ?? newState();
		states.set(cell, state);
		note(state, progress);
		const now = performance.now();
		const isLast = progress.done >= progress.total;
		if (!isLast && now - state.shownAt < redrawMilliseconds) return;
		state.shownAt = now;
		publish(known ? "update_display_data" : "display_data", contentOf(state));
	};
}
