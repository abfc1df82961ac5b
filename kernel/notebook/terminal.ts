import type { Message } from "../protocol/message.js";
import type { ExecuteWatcher } from "./execute.js";

const width = () => process.stderr.columns || 80;

function firstLine(source: string): string {
	const lines = source.split("\n").map((line) => line.trim());
	return lines.find((line) => line !== "" && !line.startsWith("//")) ?? "";
}

/** What a message says about progress in one line, if it does. */
function progressOf({ header, content }: Message): string | undefined {
	if (header.msg_type === "stream") {
		const text = String(content.text);
		return text.includes("\r") ? text.split("\r").at(-1)?.trim() : undefined;
	}
	if (header.msg_type !== "update_display_data") return undefined;
	const { "text/plain": text } = content.data as Record<string, unknown>;
	return typeof text === "string" ? text.split("\n").at(-1) : undefined;
}

const quietMilliseconds = 10_000;

/**
 * Shows on standard error which cell runs, its progress bar, and how long each took.
 *
 * Where that is no terminal, bars are lines of their own, one in ten seconds.
 */
export function terminalWatcher(count: number): ExecuteWatcher {
	const isTerminal = process.stderr.isTTY === true;
	const digits = String(count).length;
	let place = "";
	let head = "";
	let shownAt = 0;
	const rewrite = (text: string) => {
		if (!isTerminal) return;
		const shown = text.slice(0, width() - 1).padEnd(width() - 1);
		process.stderr.write(`\r${shown}`);
	};
	return {
		begin(cell, source) {
			place = `[${String(cell).padStart(digits)}/${count}]`;
			head = `${place} ${firstLine(source).slice(0, 60)}`;
			shownAt = performance.now();
			rewrite(head);
		},
		publish(message) {
			const bar = progressOf(message);
			if (!bar) return;
			rewrite(`${place} ${bar}`);
			const now = performance.now();
			if (isTerminal || now - shownAt < quietMilliseconds) return;
			shownAt = now;
			process.stderr.write(`${place} ${bar}\n`);
		},
		end(_, seconds) {
			const line = `${head.padEnd(68)} ${seconds.toFixed(1).padStart(6)} s`;
			rewrite(line);
			process.stderr.write(isTerminal ? "\n" : `${line}\n`);
		},
	};
}
