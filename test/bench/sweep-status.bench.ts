/** How long the status of a sweep of 200 cells takes, from the folders alone. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { architectures } from "../../src/backbones/architectures.js";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { useEngine } from "../../src/engine/engine.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { sweep } from "../../src/sweep/sweep.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { recipes } from "../../src/train/recipe.js";
import { heading, print, table } from "./report.js";

const cells = 200;
const rows = 1000;

await useEngine();
const measured: (string | number)[][] = [["", "ms", "ms of processor time"]];
const folder = mkdtempSync(join(tmpdir(), "robust-transfer-bench-"));
const timed = async <Result>(what: string, work: () => Promise<Result>) => {
	const began = performance.now();
	const cpu = process.cpuUsage();
	const result = await work();
	const { user, system } = process.cpuUsage(cpu);
	const ours = ((user + system) / 1000).toFixed(0);
	const all = (performance.now() - began).toFixed(0);
	measured.push([what, all, ours]);
	return result;
};
const planned = await timed(`planning ${cells} cells`, () =>
	sweep({
		backbones: untrainedBackbone(architectures["resnet-mini"]),
		tasks: shapes(),
		recipes: recipes.shapes,
		seeds: Array.from({ length: cells }, (_, i) => i),
		folder,
	}),
);
await timed("status, nothing begun", () => planned.status());
for (const { folder: run } of planned.cells) {
	mkdirSync(join(run, "claim", "7.ab"), { recursive: true });
	const holder = { token: "ab", host: "elsewhere", pid: 1, began: "" };
	writeFileSync(
		join(run, "claim", "7.ab", "holder.json"),
		JSON.stringify(holder),
	);
	writeFileSync(runFiles(run).record, "{}");
	const log = Array.from(
		{ length: rows },
		(_, step) =>
			`${JSON.stringify({ step: step + 1, loss: 2.3, learningRate: 0.01, seconds: step })}\n`,
	);
	writeFileSync(runFiles(run).log, log.join(""));
}
for (let time = 0; time < 5; time++)
	await timed(`status, all running, logs of ${rows} rows`, () =>
		planned.status(),
	);
rmSync(folder, { recursive: true, force: true });
print(heading(`The status of a sweep of ${cells} cells`, {}));
print(table(measured));
