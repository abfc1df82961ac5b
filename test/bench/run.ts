/**
 * Runs every benchmark, or those whose name contains one of the arguments, one after another.
 *
 * What one prints, machine, date and peers included, takes its place in README.md beside the benchmarks as soon as it
 * is done; with `--print` it is printed only.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { replaceFile } from "../../src/checkpoint/replace-file.js";
import { sectionsOf, withSections } from "./sections.js";

const folder = fileURLToPath(new URL(".", import.meta.url));
const report = fileURLToPath(
	new URL("../../../test/bench/README.md", import.meta.url),
);

/** Runs a benchmark, shows what it prints and gives it; undefined where it fails. */
function run(name: string): Promise<string | undefined> {
	const child = spawn(process.execPath, [join(folder, name)], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	let printed = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		printed += text;
		process.stdout.write(text);
	});
	return new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (status) => resolve(status === 0 ? printed : undefined));
	});
}

const { values, positionals: wanted } = parseArgs({
	allowPositionals: true,
	options: { print: { type: "boolean", default: false } },
});
const benchmarks = readdirSync(folder)
	.filter((name) => name.endsWith(".bench.js"))
	.filter(
		(name) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
	);
if (benchmarks.length === 0) {
	throw new Error(`no benchmark matches ${wanted.join(" ")}`);
}
for (const name of benchmarks) {
	const printed = await run(name);
	if (printed === undefined) {
		process.stderr.write(
			`${name} failed: README.md keeps what it says of it\n`,
		);
		process.exitCode = 1;
	} else if (!values.print) {
		const text = withSections(
			readFileSync(report, "utf8"),
			sectionsOf(printed),
		);
		replaceFile(report, (file) => writeSync(file, text));
	}
}
