import { fileURLToPath } from "node:url";
import { plotlyVersion } from "../src/analysis/plotly-source.js";

/** The name under which Jupyter knows the kernel. */
export const kernelName = "robust-transfer";

/** The name a reader sees in the list of kernels. */
export const displayName = "TypeScript (robust-transfer)";

/** The file beside kernel.json that holds Plotly. */
export const plotlyFile = `plotly-cartesian-${plotlyVersion}.min.js`;

/** The command that starts the kernel on a connection file. */
export function kernelCommand(connectionFile: string): string[] {
	return [
		process.execPath,
		// lets an interrupt end JavaScript that does not return to the event loop
		"--no-force-async-hooks-checks",

		fileURLToPath(new URL("./main.js", import.meta.url)),
		connectionFile,
	];
}

/** What kernel.json holds. */
export function kernelSpec(title: string = displayName): object {
	return {
		argv: kernelCommand("{connection_file}"),
		display_name: title,
		language: "typescript",
		interrupt_mode: "message",
		// where figures find Plotly on a Jupyter server
		metadata: { debugger: true, plotly: plotlyFile },
	};
}
