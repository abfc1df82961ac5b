import { format } from "node:util";

/** Shows each warning once: those of the process ever, those of `console.warn` in each execution of a cell. */
export function warnOnce(execution: () => object): void {
	const ever = new Set<string>();
	process.on("warning", ({ name, message }) => {
		const text = `${name}: ${message}\n`;
		if (ever.has(text)) return;
		ever.add(text);
		process.stderr.write(text);
	});
	const shown = new WeakMap<object, Set<string>>();
	const { warn } = console;
	console.warn = (...values: unknown[]) => {
		const cell = execution();
		const texts = shown.get(cell) ?? new Set();
		shown.set(cell, texts);
		const text = format(...values);
		if (texts.has(text)) return;
		texts.add(text);
		warn.call(console, "%s", text);
	};
}
