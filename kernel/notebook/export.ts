import { writeFileSync } from "node:fs";
import { readArguments } from "../../src/check/read-arguments.js";
import { readNotebook } from "./format.js";
import { toTypeScript } from "./to-typescript.js";

/** `export <notebook.ipynb> [--to ts] [--out <file>]`: writes a notebook in another form; gives the path of it. */
export function exportNotebook(args: readonly string[]): string {
	const { values, positionals } = readArguments({
		args: [...args],
		allowPositionals: true,
		options: { to: { type: "string" }, out: { type: "string" } },
	});
	const [input, ...rest] = positionals;
	if (input === undefined || rest.length > 0) {
		throw new Error("export takes one notebook: export <notebook.ipynb>");
	}
	const { to = "ts" } = values;
	if (to !== "ts") throw new Error(`--to ${to}: notebooks are exported to ts`);
	const out = values.out ?? input.replace(/(\.ipynb)?$/, ".ts");
	writeFileSync(out, toTypeScript(readNotebook(input)));
	return out;
}
