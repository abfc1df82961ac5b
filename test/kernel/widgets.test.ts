import assert from "node:assert/strict";
import { test } from "node:test";
import type { Content, Message } from "../../kernel/protocol/message.js";
import { outputs, result, streamed, useKernel } from "./session.js";

const kernel = useKernel();
const { run, show } = kernel;

type State = Record<string, unknown>;
const stateOf = ({ content }: Message) =>
	(content.data as { state: State }).state;
const models = (messages: readonly Message[]) =>
	new Map(
		messages
			.filter(({ header }) => header.msg_type === "comm_open")
			.map((message) => [String(message.content.comm_id), stateOf(message)]),
	);

/** Moves a slider as the front end does; gives what the kernel sends for it. */
const move = async (comm_id: string, value: number) => {
	const data = { method: "update", state: { value }, buffer_paths: [] };
	// a comm message has no reply: a request behind it is answered once it is handled
	void kernel.client
		.request("comm_msg", { comm_id, data } as Content)
		.catch(() => {});
	const before = kernel.recorded.length;
	while (
		!kernel.recorded
			.slice(before)
			.some(
				(one) =>
					one.header.msg_type === "comm_msg" && "outputs" in stateOf(one),
			)
	) {
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	return kernel.recorded
		.slice(before)
		.filter(({ header }) => header.msg_type === "comm_msg");
};

test("a slider is ipywidgets' models, with what its value leads to below it, and stands alone without them", async () => {
	const cell = await run(
		"slider({ min: 1, max: 5, value: 3, label: 'severity' }, (severity) => ({ severity }))",
	);
	const opened = outputs(cell).filter(
		({ header }) => header.msg_type === "comm_open",
	);
	for (const { content, metadata } of opened) {
		assert.equal(content.target_name, "jupyter.widget");
		assert.deepEqual(metadata, { version: "2.1.0" });
	}
	const found = models(opened);
	const data = result(cell) as unknown as Record<string, never>;
	const view = data[
		"application/vnd.jupyter.widget-view+json"
	] as unknown as State;
	const box = found.get(String(view.model_id))!;
	assert.equal(box._model_name, "VBoxModel");
	const [first, second] = (box.children as string[]).map((child) => {
		assert.match(child, /^IPY_MODEL_/);
		return child.replace("IPY_MODEL_", "");
	}) as [string, string];
	const {
		_model_name,
		_model_module,
		_view_name,
		min,
		max,
		step,
		value,
		description,
	} = found.get(first)!;
	assert.deepEqual(
		{
			_model_name,
			_model_module,
			_view_name,
			min,
			max,
			step,
			value,
			description,
		},
		{
			_model_name: "IntSliderModel",
			_model_module: "@jupyter-widgets/controls",
			_view_name: "IntSliderView",
			min: 1,
			max: 5,
			step: 1,
			value: 3,
			description: "severity",
		},
	);
	for (const state of found.values()) {
		for (const name of ["layout", "style"] as const) {
			const id = String(state[name] ?? "").replace("IPY_MODEL_", "");
			if (id !== "") assert.ok(found.has(id), name);
		}
	}
	assert.equal(found.get(second)?._model_name, "OutputModel");
	assert.equal(data["text/plain"], "severity = 3\n{ severity: 3 }");
	assert.match(String(data["text/html"]), /severity = 3.*severity: 3/s);
	const moved = await move(first, 5);
	const update = moved.find((message) => message.content.comm_id === second)!;
	const [output] = stateOf(update).outputs as {
		output_type: string;
		data: State;
	}[];
	assert.equal(output?.output_type, "display_data");
	assert.equal(output?.data["text/plain"], "{ severity: 5 }");
	assert.ok(
		moved.some(
			({ content }) => (content.data as State).method === "echo_update",
		),
	);
	assert.equal(await show("_.value"), "5");
});

test("a reloaded page gets the state of a widget as the answer to its request", async () => {
	const cell = await run(
		"slider({ min: 0, max: 9, value: 4 }, (k) => k); jupyter.onComm('twice', (comm, data) => comm.send({ twice: 2 * Number(data.x) }))",
	);
	const [id] = [...models(outputs(cell))].find(
		([, { _model_name: name }]) => name === "IntSliderModel",
	)!;
	/** What comes as the answer to a message, by which clients know it. */
	const answer = async (type: string, content: object) => {
		const before = kernel.recorded.length;
		void kernel.client.request(type, content as Content).catch(() => {});
		const found = () =>
			kernel.recorded
				.slice(before)
				.find(({ header }) => header.msg_type === "comm_msg");
		while (!found()) await new Promise((resolve) => setTimeout(resolve, 5));
		const message = found()!;
		const { msg_type } = message.parent as { msg_type?: string };
		return [msg_type, message.content.data] as const;
	};
	const data = { method: "request_state" };
	const [asked, told] = await answer("comm_msg", { comm_id: id, data });
	assert.equal(asked, "comm_msg");
	assert.equal((told as { state: State }).state.value, 4);
	assert.deepEqual(
		await answer("comm_open", {
			comm_id: "of-the-page",
			target_name: "twice",
			data: { x: 4 },
		}),
		["comm_open", { twice: 8 }],
	);
});

test("what fails below a slider is shown there, and learning rates go by powers of ten", async () => {
	const cell = await run(
		"let rate = slider({ min: 1e-4, max: 1, value: 0.01, label: 'learning rate', log: true }, (lr) => { if (lr > 0.1) throw new RangeError('diverges'); console.log('at', lr); return lr; }); rate",
	);
	assert.equal(streamed(cell), "at 0.01\n");
	const opened = [...models(outputs(cell))];
	const [id, state] = opened.find(
		([, { _model_name: name }]) => name === "FloatLogSliderModel",
	)!;
	assert.deepEqual(
		[state.min, state.max, state.base, state.value],
		[-4, 0, 10, 0.01],
	);
	const moved = await move(id, 0.5);
	const [output] = moved.flatMap(
		(message) => (stateOf(message).outputs ?? []) as State[],
	);
	assert.deepEqual(
		[output?.output_type, output?.ename],
		["error", "RangeError"],
	);
});

test("options that cannot be are named", async () => {
	assert.match(
		await show("slider({ min: 3, max: 1 }, (x) => x)"),
		/slider: max must be above min \(3\), not 1/,
	);
	assert.match(
		await show("slider({ min: 0, max: 1, log: true }, (x) => x)"),
		/min must be above 0 with log/,
	);
	assert.match(
		await show("slider({ min: 0, max: 1, value: 2 }, (x) => x)"),
		/value must be from 0 to 1, not 2/,
	);
	assert.match(
		await show("slider({ min: 0, max: 1, stop: 1 } as any, (x) => x)"),
		/no option "stop".*did you mean "step"/,
	);
	assert.match(
		await show("slider({ min: 0, max: 1 }, 3 as any)"),
		/must be a function/,
	);
});
