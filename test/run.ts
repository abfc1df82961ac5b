/**
 * Runs every compiled test, or those whose path contains one of the arguments, with Node's own runner.
 *
 * `--engine tfjs-node` runs them on that engine, but for those that are about ONNX Runtime; `--engine stand-in`
 * on a TensorFlow that refuses what tfjs-node refuses, in JavaScript.
 */
import { mkdtempSync, readdirSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installStandIn } from "./engine/stand-in-package.js";
import { runFiles, silenceAlarm, type TestEvent } from "./runner/run-files.js";
import { summarize, summaryText } from "./runner/summary.js";

/** Far more than the longest test takes on a machine that is twenty times too busy. */
const silentMinutes = 45;

/** What takes longest is begun first, so that no core waits for it in the end. */
const longest = [
	"notebooks/",
	"sweep/storm",
	"evaluate/kill",
	"kernel/clients",
	"tasks/ade20k/overfit",
	"backbones/parity",
	"kernel/notebook/",
	"kernel/",
];
const rank = (path: string) => {
	const at = longest.findIndex((start) => path.startsWith(start));
	return at < 0 ? longest.length : at;
};

/** Chooses the engine of tests that do not name one. */
function useEngineInTests(name: string): void {
	process.env.ROBUST_TRANSFER_ENGINE = name;
	if (name !== "stand-in") return;
	const scratch = mkdtempSync(join(tmpdir(), "stand-in-"));
	Object.assign(process.env, installStandIn(scratch, "tfjs-node"));
	process.env.ROBUST_TRANSFER_ENGINE = "tfjs-node";
}

const folder = fileURLToPath(new URL(".", import.meta.url));
const { values, positionals: wanted } = parseArgs({
	allowPositionals: true,
	options: { engine: { type: "string", default: "onnxruntime" } },
});
useEngineInTests(values.engine);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
	.filter((path) => path.endsWith(".test.js"))
	.filter(
		(path) => wanted.length === 0 || wanted.some((word) => path.includes(word)),
	)
	.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
	.map((path) => join(folder, path));

if (files.length === 0) throw new Error(`no test matches ${wanted.join(" ")}`);
const { summary, stream } = summarize();
runFiles(files, {
	concurrency: availableParallelism(),
	alarm: silenceAlarm(silentMinutes),
})
	.compose(stream)
	.on("data", ({ type }: TestEvent) => {
		if (type === "test:fail") process.exitCode = 1;
	})
	.compose(new spec())
	.on("end", () => process.stdout.write(summaryText(summary)))
	.pipe(process.stdout);
