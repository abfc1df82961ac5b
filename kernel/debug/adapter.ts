import { shared } from "../runtime/interrupts.js";
import { Breakpoints, type Wanted } from "./breakpoints.js";
import { capabilities, type DebugRequest, naming } from "./capabilities.js";
import { cellPath, cellPaths, type ScriptInfo } from "./cell-path.js";
import type { Shown } from "./children.js";
import { evaluateIn } from "./evaluate-in.js";
import { argumentOf, Inspected } from "./inspected.js";
import { Scripts } from "./scripts.js";
import { type Frame, type Reason, type Step, Stops } from "./stops.js";

type Body = object | undefined;
type Given = Readonly<Record<string, unknown>>;

const threadId = 1;

/**
 * The debugger: answers requests of the Debug Adapter Protocol through the inspector of the main thread.
 *
 * Runs on the socket thread, which goes on while the main one stands still.
 */
export class DebugAdapter {
	readonly #inspected = new Inspected();
	readonly #scripts = new Scripts(this.#inspected);
	readonly #breakpoints = new Breakpoints(this.#inspected, this.#scripts);
	readonly #stops: Stops;
	readonly #dumped = new Map<string, string>();
	#isStarted = false;
	#seq = 0;

	constructor(
		readonly memory: Int32Array,
		readonly publish: (event: object) => void,
	) {
		this.#stops = new Stops(this.#inspected, this.#scripts, {
			holds: (id, frames) => this.#holds(id, frames),
			stopped: (reason, text) => void this.#stopped(reason, text),
			resumed: () => {
				this.#event("continued", { threadId, allThreadsContinued: true });
			},
		});
	}

	#event(event: string, body?: object): void {
		this.#seq++;
		const content = { seq: this.#seq, type: "event", event };
		this.publish(body ? { ...content, body } : content);
	}

	async #stopped(reason: Reason, text?: string): Promise<void> {
		// while nobody can have asked for anything that stands here
		await this.#inspected.call("release").catch(() => {});
		const body = { reason, threadId, allThreadsStopped: true };
		this.#event("stopped", text ? { ...body, text, description: text } : body);
	}

	/** The breakpoints of code that is about to run, set before it does. */
	async arm(scripts: readonly ScriptInfo[]): Promise<void> {
		for (const info of scripts) {
			await this.#breakpoints.arm(this.#scripts.add(info));
		}
	}

	/** Lets the main thread go on where it stands still, as before it is interrupted. */
	resume(): void {
		this.#stops.go();
	}

	/** Lets go of the main thread. */
	async stop(): Promise<void> {
		Atomics.store(this.memory, shared.debugging, 0);
		if (this.#isStarted) this.#stops.go();
		this.#isStarted = false;
		this.#inspected.disconnect();
	}

	/** Answers a request; what fails is an answer too. */
	async answer(request: DebugRequest): Promise<object> {
		const { seq: request_seq, command } = request;
		this.#seq++;
		const reply = { seq: this.#seq, type: "response", request_seq, command };
		const method = this.#requests[command];
		try {
			if (!method) throw new Error(`the debugger has no request ${command}`);
			const body = await method(request.arguments ?? {});
			return { ...reply, success: true, ...(body ? { body } : {}) };
		} catch (error) {
			const { message } = error as Error;
			return { ...reply, success: false, message, body: {} };
		}
	}

	readonly #go = (step?: Step) => async (): Promise<Body> => {
		this.#stops.go(step);
		return step ? undefined : { allThreadsContinued: true };
	};

	readonly #requests: Readonly<
		Record<string, ((given: Given) => Body | Promise<Body>) | undefined>
	> = {
		initialize: async () => {
			await this.#start();
			return capabilities;
		},
		attach: () => {
			this.#event("initialized");
			return undefined;
		},
		configurationDone: () => undefined,
		debugInfo: () => this.#info(),
		dumpCell: ({ code }) => this.#dump(String(code)),
		setBreakpoints: (given) => this.#setBreakpoints(given),
		setExceptionBreakpoints: ({ filters }) =>
			this.#pauseOnExceptions((filters ?? []) as string[]),
		threads: () => ({ threads: [{ id: threadId, name: "notebook" }] }),
		stackTrace: (given) => this.#stackTrace(given),
		scopes: ({ frameId }) => this.#scopes(Number(frameId)),
		variables: ({ variablesReference, start, count }) =>
			this.#variables(Number(variablesReference), { start, count }),
		evaluate: (given) => this.#evaluate(given),
		source: ({ source }) => this.#source(source as { path?: string }),
		continue: this.#go(),
		next: this.#go("stepOver"),
		stepIn: this.#go("stepInto"),
		stepOut: this.#go("stepOut"),
		pause: () => this.#inspected.pause(),
		modules: () => this.#scripts.modules(),
		inspectVariables: async () =>
			this.#variables(await this.#inspected.call<number>("notebook"), {}),
		richInspectVariables: (given) => this.#rich(given),
		disconnect: async () => {
			await this.stop();
			return undefined;
		},
	};

	async #start(): Promise<void> {
		if (this.#isStarted) return;
		await this.#inspected.post("Debugger.enable");
		await this.#inspected.post("Debugger.setBlackboxPatterns", {
			patterns: ["^node:", "/dist/kernel/"],
		});
		this.#isStarted = true;
		Atomics.store(this.memory, shared.debugging, 1);
	}

	#info(): object {
		return {
			...naming,
			isStarted: this.#isStarted,
			breakpoints: this.#breakpoints.list(),
			stoppedThreads: this.#stops.frames ? [threadId] : [],
		};
	}

	#dump(code: string): object {
		const sourcePath = cellPath(code);
		this.#dumped.set(sourcePath, code);
		return { sourcePath };
	}

	async #setBreakpoints(given: Given): Promise<object> {
		const { path = "" } = (given.source ?? {}) as { path?: string };
		const lines = ((given.lines ?? []) as number[]).map((line) => ({ line }));
		const wanted = (given.breakpoints ?? lines) as Wanted[];
		const urls = await this.#inspected.call<string[]>("urls", path);
		const isCell = path.startsWith(cellPaths.prefix);
		const breakpoints = await this.#breakpoints.set(path, wanted, {
			urls,
			isCell,
		});
		return { breakpoints };
	}

	async #pauseOnExceptions(filters: readonly string[]): Promise<Body> {
		const state = filters.includes("raised") ? "all" : "none";
		await this.#inspected.post("Debugger.setPauseOnExceptions", { state });
		return undefined;
	}

	async #holds(id: string, frames: readonly Frame[]): Promise<boolean> {
		const condition = this.#breakpoints.conditionOf(id);
		const [top] = frames;
		if (condition === undefined || !top) return true;
		try {
			const { value } = await evaluateIn(
				this.#inspected,
				condition,
				top.frame.callFrameId,
			);
			return Boolean(value);
		} catch {
			// a condition that cannot be evaluated is not met unnoticed
			return true;
		}
	}

	#stackTrace({ startFrame, levels }: Given): object {
		const frames = this.#stops.frames ?? [];
		const first = Number(startFrame ?? 0);
		const last = first + (Number(levels ?? 0) || frames.length);
		const stackFrames = frames
			.map(({ frame, place: { path, label, line, column } }, i) => ({
				id: i + 1,
				name: frame.functionName || label,
				source: { name: label, path },
				line,
				column,
			}))
			.slice(first, last);
		return { stackFrames, totalFrames: frames.length };
	}

	#frame(id: number): Frame {
		const frame = this.#stops.frames?.[id - 1];
		if (!frame)
			throw new Error(`there is no frame ${id}: nothing is stopped there`);
		return frame;
	}

	async #scopes(frameId: number): Promise<object> {
		const { frame, isOwn } = this.#frame(frameId);
		const hidden = await this.#scripts.hidden(frame.location.scriptId);
		const scope = async (name: string, types: readonly string[]) => {
			const places = frame.scopeChain
				.filter(({ type }) => types.includes(type))
				.map(({ object }) => argumentOf(object));
			if (places.length === 0) return [];
			const variablesReference = await this.#inspected.call<number>(
				"scope",
				hidden,
				...places,
			);
			return [{ name, variablesReference, expensive: false }];
		};
		const notebook = isOwn
			? [
					{
						name: "Notebook",
						variablesReference: await this.#inspected.call<number>("notebook"),
						expensive: false,
					},
				]
			: [];
		return {
			scopes: [
				...(await scope("Locals", ["local", "block", "catch", "with", "eval"])),
				...(await scope("Closure", ["closure", "module"])),
				...notebook,
			],
		};
	}

	async #variables(
		reference: number,
		{ start, count }: Given,
	): Promise<{ readonly variables: readonly Shown[] }> {
		const variables = await this.#inspected.call<Shown[]>(
			"variables",
			reference,
			start as number | undefined,
			count as number | undefined,
		);
		return { variables };
	}

	#callFrameOf(frameId: unknown): string | undefined {
		const { frames } = this.#stops;
		if (!frames) return undefined;
		return this.#frame(Number(frameId ?? 1) || 1).frame.callFrameId;
	}

	async #evaluate({ expression, frameId }: Given): Promise<object> {
		const found = await evaluateIn(
			this.#inspected,
			String(expression),
			this.#callFrameOf(frameId),
		);
		const { text, type, variablesReference } = await this.#inspected.call<
			Shown & { readonly text: string }
		>("shown", argumentOf(found));
		return { result: text, type, variablesReference };
	}

	async #rich({ variableName, frameId }: Given): Promise<object> {
		const found = await evaluateIn(
			this.#inspected,
			String(variableName),
			this.#callFrameOf(frameId),
		);
		return this.#inspected.call<object>("rich", argumentOf(found));
	}

	#source({ path = "" }: { readonly path?: string }): object {
		const content = this.#dumped.get(path) ?? this.#scripts.text(path);
		if (content === undefined) throw new Error(`there is no source ${path}`);
		return { content, mimeType: "text/x-typescript" };
	}
}
