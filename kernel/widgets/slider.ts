import {
	type Checks,
	checkArgument,
	checkOptions,
} from "../../src/check/check-options.js";
import {
	callable,
	flag,
	number,
	required,
	text,
} from "../../src/check/checks.js";
import type { Comms } from "../comms.js";
import { type Bundle, bundleOf, displaySymbol } from "../display/bundle.js";
import { escapeHtml } from "../display/html.js";
import type { Content } from "../protocol/message.js";
import { type Model, openModel, reference } from "./models.js";

/** What a slider goes over. */
export interface SliderOptions {
	/** The least value. */
	readonly min: number;
	/** The greatest value. */
	readonly max: number;
	/** Between two values; 1 unless told otherwise, a hundredth of the way where that is short, a tenth of a decade with `log`. */
	readonly step?: number;
	/** Where it stands at first; at the least value unless told otherwise. */
	readonly value?: number;
	/** What stands beside it. */
	readonly label?: string;
	/** Goes by powers of ten, as for learning rates; the least value must be above 0. */
	readonly log?: boolean;
}

/** A slider, which shows itself with what is made of its value. */
export interface Slider {
	/** Where it stands. */
	readonly value: number;
}

/** What a slider asks of the kernel. */
export interface SliderHost {
	readonly comms: Comms;
	/** Runs what a moved slider leads to on behalf of the cell that made it. */
	onBehalf(work: () => Promise<void>): void;
	failureOf(thrown: unknown): {
		readonly ename: string;
		readonly evalue: string;
		readonly traceback: readonly string[];
	};
}

const checks: Checks<SliderOptions> = {
	min: required(number()),
	max: required(number()),
	step: number(),
	value: number(),
	label: text,
	log: flag,
};

type Show = (value: number) => unknown;

function readOptions(options: SliderOptions) {
	checkOptions("slider", options, checks);
	const { min, max, label = "", log = false } = options;
	const isWhole =
		Number.isInteger(min) && Number.isInteger(max) && max - min > 1;
	const usual = log ? 0.1 : isWhole ? 1 : (max - min) / 100;
	const { step = usual, value = min } = options;
	const wrong = (name: string, given: number, right: string) => {
		throw new RangeError(`slider: ${name} must be ${right}, not ${given}`);
	};
	if (!(max > min)) wrong("max", max, `above min (${min})`);
	if (!(step > 0)) wrong("step", step, "above 0");
	if (value < min || value > max)
		wrong("value", value, `from ${min} to ${max}`);
	if (log && min <= 0) wrong("min", min, "above 0 with log");
	return { min, max, step, value, label, log };
}

type Read = ReturnType<typeof readOptions>;

function openSlider(
	comms: Comms,
	{ min, max, step, value, label, log }: Read,
): Model {
	const layout = openModel(comms, ["base", "Layout"], { width: "28em" });
	const style = openModel(comms, ["controls", "SliderStyle"], {
		description_width: "initial",
	});
	const whole = !log && [min, max, step, value].every(Number.isInteger);
	const digits = Math.max(0, Math.min(8, Math.ceil(-Math.log10(step))));
	return openModel(
		comms,
		["controls", log ? "FloatLogSlider" : whole ? "IntSlider" : "FloatSlider"],
		{
			layout: reference(layout),
			style: reference(style),
			description: label,
			min: log ? Math.log10(min) : min,
			max: log ? Math.log10(max) : max,
			...(log ? { base: 10 } : {}),
			step,
			value,
			continuous_update: true,
			disabled: false,
			orientation: "horizontal",
			readout: true,
			readout_format: log ? ".3g" : whole ? "d" : `.${digits}f`,
		},
	);
}

/** What a value leads to, as outputs of a notebook; an error is one too. */
async function outputsOf(
	show: Show,
	value: number,
	host: SliderHost,
): Promise<{
	readonly outputs: Content[];
	readonly bundle?: Bundle;
}> {
	try {
		const made = await show(value);
		if (made === undefined) return { outputs: [] };
		const bundle = await bundleOf(made);
		return { outputs: [{ output_type: "display_data", ...bundle }], bundle };
	} catch (thrown) {
		return { outputs: [{ output_type: "error", ...host.failureOf(thrown) }] };
	}
}

/** Shows what a slider's value leads to whenever it has moved; of values that come meanwhile the last. */
function follow(output: Model, show: Show, host: SliderHost) {
	const state = { wanted: undefined as number | undefined, isBusy: false };
	return (value: number) => {
		state.wanted = value;
		if (state.isBusy) return;
		state.isBusy = true;
		host.onBehalf(async () => {
			while (state.wanted !== undefined) {
				const next = state.wanted;
				state.wanted = undefined;
				output.set({ outputs: (await outputsOf(show, next, host)).outputs });
			}
			state.isBusy = false;
		});
	};
}

/**
 * Makes a slider below which stands what a function makes of its value: a figure, a table, a picture, anything.
 *
 * Needs ipywidgets' front end (jupyterlab_widgets); where there is none, what the first value leads to is shown.
 */
export function createSlider(
	options: SliderOptions,
	show: Show,
	host: SliderHost,
): Slider {
	const read = readOptions(options);
	checkArgument("slider", ["what shows its value", show], callable);
	const { comms } = host;
	const layout = () => reference(openModel(comms, ["base", "Layout"], {}));
	const slider = openSlider(comms, read);
	const output = openModel(comms, ["output", "Output"], {
		layout: layout(),
		msg_id: "",
		outputs: [],
	});
	const children = [slider, output].map(reference);
	const box = openModel(comms, ["controls", "VBox"], {
		layout: layout(),
		children,
		box_style: "",
	});
	let { value } = read;
	const moved = follow(output, show, host);
	slider.onChange = (state) => {
		if (typeof state.value !== "number") return;
		value = state.value;
		moved(value);
	};
	const display = async () => {
		const { outputs, bundle } = await outputsOf(show, value, host);
		output.set({ outputs });
		const [failed] = outputs.filter(
			({ output_type }) => output_type === "error",
		);
		const title = `${read.label || "slider"} = ${value}`;
		const data = { ...bundle?.data };
		const inner =
			data["text/html"] ??
			`<pre>${escapeHtml(String(failed?.evalue ?? data["text/plain"] ?? ""))}</pre>`;
		return {
			...data,
			"application/vnd.jupyter.widget-view+json": {
				version_major: 2,
				version_minor: 0,
				model_id: box.id,
			},
			"text/html": `<div>${escapeHtml(title)}</div>${inner}`,
			"text/plain":
				`${title}\n${data["text/plain"] ?? failed?.evalue ?? ""}`.trimEnd(),
		};
	};
	return {
		get value() {
			return value;
		},
		[displaySymbol]: display,
	} as Slider;
}
