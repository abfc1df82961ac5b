import {
	type Progress,
	progressText,
	type Reporter,
} from "../src/train/reporter.js";

interface Output {
	readonly isTTY?: boolean;
	readonly columns?: number;
	write(text: string): unknown;
}

const redrawMilliseconds = 100;

const tenthOf = ({ done, total }: Progress): number =>
	Math.floor((10 * done) / total);

/**
 * Shows progress on a terminal in one line that is drawn again, elsewhere in a line for each tenth.
 *
 * Each run, and each evaluation, leaves its last line behind.
 */
export function terminalReporter(output: Output = process.stderr): Reporter {
	let subject = "";
	let shown = Number.NEGATIVE_INFINITY;
	let tenth = -1;
	return (progress) => {
		const { doing, what, done, total } = progress;
		const now = performance.now();
		const isLast = done >= total;
		const current = doing === "training" ? what : doing;
		if (current !== subject) {
			if (output.isTTY && subject !== "" && shown !== Number.NEGATIVE_INFINITY)
				output.write("\n");
			subject = current;
			tenth = -1;
			shown = Number.NEGATIVE_INFINITY;
		}
		const text = progressText(progress);
		if (!output.isTTY) {
			if (tenthOf(progress) > tenth) output.write(`${text}\n`);
			tenth = tenthOf(progress);
			return;
		}
		if (!isLast && now - shown < redrawMilliseconds) return;
		output.write(`\r\x1b[K${text.slice(0, output.columns)}`);
		shown = now;
		if (isLast) {
			output.write("\n");
			subject = "";
			shown = Number.NEGATIVE_INFINITY;
		}
	};
}
