/** Runs every compiled test, or those whose path contains one of the arguments, with Node's own runner. */
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

// A test file that hangs is stopped.
const mostMilliseconds = 600_000;

const folder = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
	.filter((path) => path.endsWith(".test.js"))
	.filter(
		(path) => wanted.length === 0 || wanted.some((word) => path.includes(word)),
	)
	.sort()
	.map((path) => join(folder, path));

if (files.length === 0) throw new Error(`no test matches ${wanted.join(" ")}`);
run({ files, concurrency: availableParallelism(), timeout: mostMilliseconds })
	.on("test:fail", () => {
		process.exitCode = 1;
	})
	.compose(new spec())
	.pipe(process.stdout);
