import type { SweepStatus } from "./cell-status.js";
import { statusText } from "./status-text.js";

/** A terminal, or a file that stands for it. */
export interface Terminal {
	readonly isTTY?: boolean;
	readonly columns?: number;
	readonly rows?: number;
	write(text: string): unknown;
}

// Counts, a note, heads, what is not shown, and the line of the cursor.
const otherLines = 8;

/**
 * Shows a status on a terminal as a table that is drawn again in its place; elsewhere the counts, whenever they change.
 */
export function terminalShow(output: Terminal): (status: SweepStatus) => void {
	let drawn = 0;
	let said = "";
	return (status) => {
		if (!output.isTTY) {
			const text = statusText(status, { cells: 0 });
			if (text !== said) output.write(`${text}\n`);
			said = text;
			return;
		}
		const { columns = 80, rows = 24 } = output;
		const cells = Math.max(rows - otherLines, 1);
		const room = { width: columns, cells, logLines: 0 };
		// What is longer than the screen could not be drawn over.
		const lines = statusText(status, room)
			.split("\n")
			.slice(0, rows - 1);
		const up = drawn > 0 ? `\x1b[${drawn}A\r\x1b[J` : "";
		output.write(`${up}${lines.join("\n")}\n`);
		drawn = lines.length;
	};
}
