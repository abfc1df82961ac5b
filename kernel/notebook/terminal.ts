import type { Message } from "../protocol/message.js";
import type { ExecuteWatcher } from "./execute.js";

const width = () => process.stderr.columns ?? 80;

function firstLine(source: string): string {
	const lines = source.split("\n").map((line) => line.trim());
	return lines.find((line) => line !== "" && !line.startsWith("//")) ?? "";
}

/** Shows on standard error which cell runs, its progress bar, and how long each took. */
export function terminalWatcher(count: number): ExecuteWatcher {
	const isTerminal = process.stderr.isTTY === true;
	const digits = String(count).length;
	let head = "";
	const rewrite = (text: string) => {
		if (!isTerminal) return;
		const shown = text.slice(0, width() - 1).padEnd(width() - 1);
		process.stderr.write(`\r${shown}`);
	};
	return {
		begin(cell, source) {
			const number = String(cell).padStart(digits);
			head = `[${number}/${count}] ${firstLine(source).slice(0, 60)}`;
			rewrite(head);
		},
		publish({ header, content }: Message) {
			if (header.msg_type !== "stream") return;
			const bar = String(content.text).split("\r").at(-1)?.trim();
			if (bar && String(content.text).includes("\r")) rewrite(`${head} ${bar}`);
		},
		end(_, seconds) {
			const line = `${head.padEnd(68)} ${seconds.toFixed(1).padStart(6)} s`;
			rewrite(line);
			process.stderr.write(isTerminal ? "\n" : `${line}\n`);
		},
	};
}
