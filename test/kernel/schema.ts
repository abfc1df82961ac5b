import assert from "node:assert/strict";
import type { Message } from "../../kernel/protocol/message.js";

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === "string";
const isCount: Check = (value) => Number.isInteger(value);
const isBoolean: Check = (value) => typeof value === "boolean";
const isRecord: Check = (value) =>
	typeof value === "object" && value !== null && !Array.isArray(value);
const oneOf =
	(...values: unknown[]): Check =>
	(value) =>
		values.includes(value);
const arrayOf =
	(check: Check): Check =>
	(value) =>
		Array.isArray(value) && value.every(check);
const isMimeData: Check = (value) =>
	isRecord(value) &&
	Object.keys(value as object).every((key) =>
		/^[\w\-+.]+\/[\w\-+.]+$/.test(key),
	);

const display = { data: isMimeData, metadata: isRecord, transient: isRecord };
const failure = {
	ename: isString,
	evalue: isString,
	traceback: arrayOf(isString),
};
const ok = { status: oneOf("ok") };

/** Contents by message type. Source: "Messaging in Jupyter", protocol 5.3. */
const contents: Record<string, Record<string, Check>> = {
	status: { execution_state: oneOf("busy", "idle", "starting") },
	execute_input: { code: isString, execution_count: isCount },
	stream: { name: oneOf("stdout", "stderr"), text: isString },
	display_data: display,
	update_display_data: display,
	execute_result: { ...display, execution_count: isCount },
	error: failure,
	clear_output: { wait: isBoolean },
	comm_open: { comm_id: isString, target_name: isString, data: isRecord },
	comm_msg: { comm_id: isString, data: isRecord },
	comm_close: { comm_id: isString, data: isRecord },
	input_request: { prompt: isString, password: isBoolean },
	execute_reply: {
		...ok,
		execution_count: isCount,
		payload: arrayOf(isRecord),
		user_expressions: isRecord,
	},
	inspect_reply: {
		...ok,
		found: isBoolean,
		data: isMimeData,
		metadata: isRecord,
	},
	complete_reply: {
		...ok,
		matches: arrayOf(isString),
		cursor_start: isCount,
		cursor_end: isCount,
		metadata: isRecord,
	},
	history_reply: {
		...ok,
		history: arrayOf((row) => Array.isArray(row) && row.length === 3),
	},
	is_complete_reply: {
		status: oneOf("complete", "incomplete", "invalid", "unknown"),
	},
	comm_info_reply: { ...ok, comms: isRecord },
	kernel_info_reply: {
		...ok,
		protocol_version: isString,
		implementation: isString,
		implementation_version: isString,
		language_info: isRecord,
		banner: isString,
		help_links: arrayOf(isRecord),
	},
	debug_event: { seq: isCount, type: oneOf("event"), event: isString },
	shutdown_reply: { ...ok, restart: isBoolean },
	interrupt_reply: ok,
};

/** Fails unless a message from the kernel is as the protocol says. */
export function assertValid({ header, parent, content }: Message): void {
	const type = header.msg_type;
	assert.match(header.version, /^5\.\d+$/);
	assert.ok(!Number.isNaN(Date.parse(header.date)), header.date);
	for (const field of ["msg_id", "session", "username"] as const) {
		assert.equal(typeof header[field], "string");
	}
	assert.ok(type === "status" || parent.msg_id, `${type} has no parent`);
	const isError = content.status === "error";
	const checks = isError ? failure : contents[type];
	assert.ok(checks, `the protocol has no message ${type}`);
	if (content.status === "aborted") return;
	for (const [field, check] of Object.entries(checks)) {
		const value = JSON.stringify(content[field]);
		assert.ok(check(content[field]), `${type}.${field} is ${value}`);
	}
}

/** Fails unless every request has exactly one busy, then one idle, and nothing outside of them. */
export function assertPaired(messages: readonly Message[]): void {
	const states = new Map<string, string[]>();
	for (const { header, parent, content } of messages) {
		const id = parent.msg_id;
		if (id === undefined) continue;
		const seen = states.get(id) ?? [];
		if (header.msg_type === "status") {
			seen.push(String(content.execution_state));
			states.set(id, seen);
		}
	}
	for (const seen of states.values()) assert.deepEqual(seen, ["busy", "idle"]);
}
