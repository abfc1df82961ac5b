/**
 * Runs every benchmark, or those whose name contains one of the arguments, one after another.
 *
 * What one prints, machine, date and peers included, takes its place in README.md beside the benchmarks as soon as it
 * is done; with `--print` it is printed only. Sections of benchmarks that there are no more leave the page; those that a
 * benchmark has not printed this time stay, and are told.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { replaceFile } from "../../src/checkpoint/replace-file.js";
import {
	measuredBy,
	sectionsOf,
	withoutGone,
	withSections,
} from "./sections.js";

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
const ending = ".bench.js";
const all = readdirSync(folder)
	.filter((name) => name.endsWith(ending))
	.map((name) => name.slice(0, -ending.length));
const benchmarks = all.filter(
	(name) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
);
if (benchmarks.length === 0) {
	throw new Error(`no benchmark matches ${wanted.join(" ")}`);
}

const tell = (text: string): void => {
	process.stderr.write(`${text}\n`);
};

function write(text: string): void {
	replaceFile(report, (file) => writeSync(file, text));
}

/** Puts what a benchmark printed in its place. */
function keep(name: string, printed: string): void {
	const before = readFileSync(report, "utf8");
	const sections = measuredBy(name, printed);
	const titles = new Set(sections.map(({ title }) => title));
	const others = sectionsOf(before).filter(
		({ bench, title }) => bench === name && !titles.has(title),
	);
	for (const { title } of others)
		tell(`${name} has not measured "${title}": README.md keeps it`);
	write(withSections(before, sections));
}

for (const name of benchmarks) {
	const printed = await run(`${name}${ending}`);
	if (printed === undefined) {
		tell(`${name} failed: README.md keeps what it says of it`);
		process.exitCode = 1;
	} else if (!values.print) keep(name, printed);
}
if (!values.print) {
	const { report: text, gone } = withoutGone(readFileSync(report, "utf8"), all);
	for (const title of gone)
		tell(`no benchmark measures "${title}" any more: README.md loses it`);
	if (gone.length > 0) write(text);
}
