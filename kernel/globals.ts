import { randomUUID } from "node:crypto";
import { type Checks, checkOptions } from "../src/check/check-options.js";
import { flag, text } from "../src/check/checks.js";
import type { Comm, Comms } from "./comms.js";
import { type Bundle, bundleOf } from "./display/bundle.js";
import { mimeData } from "./display/mime.js";
import { type ProgressOptions, progressOver } from "./progress.js";
import type { Content } from "./protocol/message.js";
import { createReporter } from "./reporter.js";
import {
	createSlider,
	type Slider,
	type SliderHost,
	type SliderOptions,
} from "./widgets/slider.js";

/** How `display` shows a value. */
export interface DisplayOptions {
	/** Names the display, so that it can be updated from any cell. */
	readonly id?: string;
	/** Replaces what is shown under `id` instead of showing it anew. */
	readonly update?: boolean;
	/** The value is MIME data already. */
	readonly raw?: boolean;
}

const displayChecks: Checks<DisplayOptions> = {
	id: text,
	update: flag,
	raw: flag,
};

/** A display that can be changed in place. */
export interface DisplayHandle {
	readonly id: string;
	update(value: unknown): void;
}

/** Shows values below the cell. */
export interface Display {
	/** Shows any value as rich as it can be. */
	(value: unknown, options?: DisplayOptions): DisplayHandle;
	html(text: string): DisplayHandle;
	markdown(text: string): DisplayHandle;
	latex(text: string): DisplayHandle;
	svg(text: string): DisplayHandle;
	json(value: unknown): DisplayHandle;
	png(bytes: Uint8Array): DisplayHandle;
	jpeg(bytes: Uint8Array): DisplayHandle;
}

/** The parts of the kernel that cells may use directly. */
export interface Jupyter {
	/** Opens a comm to the client's target of that name. */
	openComm(target: string, data?: Content): Comm;
	/** Accepts comms that clients open to a target. */
	onComm(target: string, opened: (comm: Comm, data: Content) => void): void;
	/** Aborted when the running cell is interrupted; for loops of libraries. */
	readonly signal: AbortSignal;
}

declare global {
	/** The value that the last cell with a value has shown. */
	var _: ReturnType<typeof JSON.parse>;
	/** The values that cells have shown, by their numbers; older ones only as long as something else holds them. */
	var Out: Readonly<Record<number, ReturnType<typeof JSON.parse>>>;
	/** The sources of the cells, by their numbers. */
	var In: Readonly<Record<number, string>>;
	/** Shows a value below the cell, as rich as it can be. */
	var display: Display;
	/** Removes what the cell has shown so far; with `wait`, when the next output comes. */
	function clearOutput(wait?: boolean): void;
	/** Asks for a line of text in the notebook and waits for it. */
	function prompt(message?: string, fallback?: string): string | null;
	/** Asks for a line of text that is not shown while it is typed. */
	function promptPassword(message?: string): string;
	/** Asks for yes or no. */
	function confirm(message?: string): boolean;
	/** Iterates over items with a progress bar that updates in place. */
	function progress<T>(
		items: AsyncIterable<T>,
		options?: ProgressOptions,
	): AsyncGenerator<T>;
	function progress<T>(
		items: Iterable<T>,
		options?: ProgressOptions,
	): Generator<T>;
	/**
	 * A slider with what a function makes of its value below it: a figure, a table, a picture.
	 *
	 * Shown as a cell's last value or by `display`. Needs ipywidgets' front end; elsewhere the first value's output stands alone.
	 */
	function slider(
		options: SliderOptions,
		show: (value: number) => unknown,
	): Slider;
	/** Comms and the interrupt signal of the running cell. */
	var jupyter: Jupyter;
}

/** What the kernel offers to its global functions. */
export interface GlobalHost {
	publish(type: string, content: Content): void;
	ask(message: string, password: boolean): string;
	readonly comms: Comms;
	/** Gives what begins work on behalf of what runs now. */
	onBehalf(): SliderHost["onBehalf"];
	failureOf: SliderHost["failureOf"];
	signal(): AbortSignal;
	/** Adds to the number of things that a first interrupt lets end by themselves; returns what it is then. */
	hold(change: number): number;
	/** What stands for the execution that output made now belongs to. */
	execution(): object;
}

type Show = (value: unknown, options?: DisplayOptions) => DisplayHandle;

const rawBundle = (value: unknown): Bundle => ({
	data: mimeData(value),
	metadata: {},
});

/** A bundle of one type. */
const typedBundle = (type: string) => (content: unknown) =>
	rawBundle({ [type]: content ?? null });

/** Which execution made a handle, and so has shown its value already. */
const shownBy = new WeakMap<object, object>();

/** Whether a value is the handle of something that this execution has shown. */
export const isShown = (value: unknown, execution: object) =>
	typeof value === "object" &&
	value !== null &&
	shownBy.get(value) === execution;

function createDisplay(host: GlobalHost): Display {
	const publish = (bundle: Bundle, id: string, update: boolean) => {
		const type = update ? "update_display_data" : "display_data";
		host.publish(type, { ...bundle, transient: { display_id: id } });
	};
	const showAs = (toBundle: (value: unknown) => Bundle | Promise<Bundle>) => {
		const show: Show = (value, options = {}) => {
			checkOptions("display", options, displayChecks);
			const { id = randomUUID(), update = false } = options;
			const bundle = toBundle(value);
			if (bundle instanceof Promise) {
				void bundle.then((ready) => publish(ready, id, update));
			} else publish(bundle, id, update);
			const change = (next: unknown) => void show(next, { id, update: true });
			const handle = { id, update: change };
			shownBy.set(handle, host.execution());
			return handle;
		};
		return show;
	};
	const rich = showAs(bundleOf);
	const raw = showAs(rawBundle);
	const display: Show = (value, options = {}) =>
		(options?.raw ? raw : rich)(value, options);
	const typed = (type: string) => showAs(typedBundle(type));
	return Object.assign(display, {
		html: typed("text/html"),
		markdown: typed("text/markdown"),
		latex: typed("text/latex"),
		svg: typed("image/svg+xml"),
		json: typed("application/json"),
		png: typed("image/png"),
		jpeg: typed("image/jpeg"),
	});
}

/** Puts `display`, `progress`, `prompt` and the rest on the global object. */
export function installGlobals(host: GlobalHost): void {
	const write = (text: string) => {
		process.stdout.write(text);
	};
	const functions = {
		display: createDisplay(host),
		clearOutput: (wait = false) => host.publish("clear_output", { wait }),
		prompt: (message = "", fallback?: string) =>
			host.ask(message, false) || (fallback ?? ""),
		promptPassword: (message = "Password: ") => host.ask(message, true),
		confirm: (message = "Continue?") =>
			/^\s*y(es)?\s*$/i.test(host.ask(`${message} [y/N] `, false)),
		progress: (items: Iterable<unknown>, options?: ProgressOptions) =>
			progressOver(items, write, options),
		slider: (options: SliderOptions, show: (value: number) => unknown) =>
			createSlider(options, show, {
				comms: host.comms,
				onBehalf: host.onBehalf(),
				failureOf: host.failureOf,
			}),
		jupyter: {
			openComm: (target: string, data?: Content) =>
				host.comms.open(target, data),
			onComm: (target: string, opened: (comm: Comm, data: Content) => void) =>
				host.comms.register(target, opened),
			get signal() {
				return host.signal();
			},
		},
	};
	for (const [name, value] of Object.entries(functions)) {
		Object.defineProperty(globalThis, name, {
			value,
			configurable: true,
			writable: true,
		});
	}
	Object.defineProperties(globalThis, {
		[Symbol.for("Jupyter.signal")]: {
			get: () => host.signal(),
			configurable: true,
		},
		[Symbol.for("Jupyter.hold")]: {
			value: host.hold,
			configurable: true,
		},
		[Symbol.for("Jupyter.progress")]: {
			value: createReporter(host),
			configurable: true,
		},
		[Symbol.for("Jupyter.show")]: {
			value: (data: unknown) => functions.display(data, { raw: true }),
			configurable: true,
		},
	});
}
