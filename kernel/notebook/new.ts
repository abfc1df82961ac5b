import { copySample, sampleNames, sampleTitle } from "./samples.js";

function list(): string {
	const lines = sampleNames().map(
		(name) => `  ${name.padEnd(20)} ${sampleTitle(name)}\n`,
	);
	return `usage: robust-transfer-notebook new <name> [file.ipynb]\n\n${lines.join("")}`;
}

/** `robust-transfer-notebook new`: copies a notebook of the package, or lists them. */
export function newNotebook([name, path, ...rest]: readonly string[]): number {
	if (name === undefined || rest.length > 0) {
		process.stdout.write(list());
		return name === undefined ? 0 : 2;
	}
	const file = path && !path.endsWith(".ipynb") ? `${path}.ipynb` : path;
	const [notebook, ...others] = copySample(name, file);
	process.stdout.write(
		`wrote ${[notebook, ...others].join(", ")}; open it in Jupyter, or run it:\n  npx robust-transfer-notebook run ${notebook} --html ${notebook?.replace(/\.ipynb$/, ".html")}\n`,
	);
	return 0;
}
