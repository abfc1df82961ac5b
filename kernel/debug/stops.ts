import type { Debugger } from "node:inspector";
import type { Inspected } from "./inspected.js";
import { isInternal, type Scripts, type SourcePlace } from "./scripts.js";

export type Step = "stepOver" | "stepInto" | "stepOut";

/** A frame that is shown. */
export interface Frame {
	readonly frame: Debugger.CallFrame;
	readonly place: SourcePlace;
	/** Whether it is that of a cell or a local module. */
	readonly isOwn: boolean;
}

interface Going {
	readonly step: Step;
	readonly from: Frame;
	left: number;
}

const mostSteps = 1000;

/** Why the thread stands still, as the Debug Adapter Protocol calls it. */
export type Reason = "breakpoint" | "exception" | "step" | "pause";

/** What tells a function from others; after an `await` it has no other frames above it. */
const functionOf = ({ frame: { functionLocation: at } }: Frame) =>
	`${at?.scriptId}:${at?.lineNumber}:${at?.columnNumber}`;

type Paused = Debugger.PausedEventDataType;

/** Where the thread stands still, and how it goes on: by lines of the source rather than statements of the script. */
export class Stops {
	/** The frames where it stands still, innermost first; undefined while it runs. */
	frames: readonly Frame[] | undefined;
	#going: Going | undefined;
	#isStill = false;

	constructor(
		readonly inspected: Inspected,
		readonly scripts: Scripts,
		readonly watch: {
			/** Whether it is to stop at a breakpoint. */
			holds(id: string, frames: readonly Frame[]): Promise<boolean>;
			stopped(reason: Reason, text?: string): void;
			resumed(): void;
		},
	) {
		inspected.on<Paused>("Debugger.paused", (paused) => {
			this.#isStill = true;
			void this.#pause(paused).catch(() => this.#post("resume"));
		});
	}

	async #framesOf(callFrames: readonly Debugger.CallFrame[]): Promise<Frame[]> {
		const frames: Frame[] = [];
		for (const frame of callFrames) {
			const url = this.scripts.urlOf(frame.location.scriptId);
			if (isInternal(url)) continue;
			const isOwn = (await this.scripts.known(url)) !== undefined;
			const place = await this.scripts.place(frame.location);
			if (place) frames.push({ frame, place, isOwn });
		}
		return frames;
	}

	async #pause({ callFrames, hitBreakpoints = [], reason, data }: Paused) {
		const frames = await this.#framesOf(callFrames);
		const isTop = frames[0]?.frame === callFrames[0];
		const isError = reason === "exception" || reason === "promiseRejection";
		for (const id of hitBreakpoints) {
			if (await this.watch.holds(id, frames))
				return this.#stop("breakpoint", frames);
		}
		if (isError && isTop) {
			const { description = "" } = (data ?? {}) as { description?: string };
			return this.#stop("exception", frames, description.split("\n")[0]);
		}
		const going = this.#going;
		if (going && !isError) {
			const next = this.#next(going, frames, isTop);
			if (next) return this.#post(next);
			return this.#stop("step", frames);
		}
		const isAsked = hitBreakpoints.length === 0 && !isError;
		if (isAsked && isTop) return this.#stop("pause", frames);
		if (isAsked && frames.length > 0) return this.#post("stepOut");
		return this.#post(going ? going.step : "resume");
	}

	/** How a step goes on that is not at its end: out of the kernel's code, or to the end of a line. */
	#next(
		going: Going,
		[top]: readonly Frame[],
		isTop: boolean,
	): Step | "resume" | undefined {
		if (--going.left <= 0) return "resume";
		if (!top) return "resume";
		if (!isTop) return "stepOut";
		const { place, isOwn } = top;
		const { from } = going;
		const isSameLine =
			functionOf(top) === functionOf(from) &&
			place.line === from.place.line &&
			place.column >= from.place.column;
		return isOwn && isSameLine && going.step !== "stepOut"
			? going.step
			: undefined;
	}

	#stop(reason: Reason, frames: readonly Frame[], text?: string): void {
		if (reason === "pause") void this.inspected.call("slow", 0).catch(() => {});
		this.frames = frames;
		this.#going = undefined;
		this.watch.stopped(reason, text);
	}

	#post(method: Step | "resume"): void {
		if (method === "resume") this.#going = undefined;
		this.#isStill = false;
		this.inspected.post(`Debugger.${method}`).catch(() => {});
	}

	/** Lets the thread go on; by a step if one is given. */
	go(step?: Step): void {
		const [top] = this.frames ?? [];
		if (!this.#isStill) return;
		if (this.frames) this.watch.resumed();
		this.frames = undefined;
		this.#going =
			step && top ? { step, from: top, left: mostSteps } : undefined;
		this.#post(step ?? "resume");
	}
}
