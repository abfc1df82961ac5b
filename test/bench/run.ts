/** Runs every benchmark, or those whose name contains one of the arguments, one after another. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv.slice(2);
const benchmarks = readdirSync(folder)
	.filter((name) => name.endsWith(".bench.js"))
	.filter(
		(name) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
	);
if (benchmarks.length === 0) {
	throw new Error(`no benchmark matches ${wanted.join(" ")}`);
}
for (const name of benchmarks) {
	const { status } = spawnSync(process.execPath, [`${folder}${name}`], {
		stdio: "inherit",
	});
	if (status !== 0) process.exitCode = 1;
}
