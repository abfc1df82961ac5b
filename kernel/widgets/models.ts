import { randomUUID } from "node:crypto";
import type { Comm, Comms } from "../comms.js";
import type { Content } from "../protocol/message.js";

/** The version of the widgets' messages that is spoken. */
const protocol = { version: "2.1.0" };

const modules = {
	base: ["@jupyter-widgets/base", "2.0.0"],
	controls: ["@jupyter-widgets/controls", "2.0.0"],
	output: ["@jupyter-widgets/output", "1.0.0"],
} as const;

/** A widget of the client, as ipywidgets has them. */
export interface Model {
	readonly id: string;
	/** Changes some of its state. */
	set(state: Content): void;
	/** Is called with what the client changes. */
	onChange: (state: Content) => void;
}

/** How another widget is named in the state of one. */
export const reference = ({ id }: Model) => `IPY_MODEL_${id}`;

/** Opens a widget with its state: `FloatSlider` is a `FloatSliderModel`, seen as a `FloatSliderView`. */
export function openModel(
	comms: Comms,
	[module, name]: readonly [keyof typeof modules, string],
	state: Content,
): Model {
	const [path, version] = modules[module];
	const isSeen = module !== "base" && !name.endsWith("Style");
	const whole: Content = {
		_model_module: path,
		_model_module_version: version,
		_model_name: `${name}Model`,
		_view_module: isSeen ? path : modules.base[0],
		_view_module_version: isSeen ? version : modules.base[1],
		_view_name: isSeen
			? `${name}View`
			: module === "base"
				? "LayoutView"
				: "StyleView",
		...state,
	};
	const comm: Comm = comms.open(
		"jupyter.widget",
		{ state: whole, buffer_paths: [] },
		{ id: randomUUID().replaceAll("-", ""), metadata: protocol },
	);
	const model: Model = {
		id: comm.id,
		set(change) {
			Object.assign(whole, change);
			comm.send({ method: "update", state: change, buffer_paths: [] });
		},
		onChange: () => {},
	};
	comm.onMessage = (data) => {
		const change = (data.state ?? {}) as Content;
		if (data.method === "request_state") {
			comm.send({ method: "update", state: whole, buffer_paths: [] });
		}
		if (data.method !== "update") return;
		Object.assign(whole, change);
		// other views of the notebook follow
		comm.send({ method: "echo_update", state: change, buffer_paths: [] });
		model.onChange(change);
	};
	return model;
}
