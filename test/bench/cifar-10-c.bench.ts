/**
 * Adaptation to test images on a real network: the published ResNet-20 on CIFAR-10, under the fifteen corruptions of
 * CIFAR-10-C at severity 5, as it is, with batch-norm adaptation and with TENT.
 *
 * `IMAGES=2000` scores the first so many test images, 10,000 by default; `DATA` is the folder with `cifar10`,
 * `checkpoints` and `frost`, that beside the checkout by default.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadFrostPictures } from "../../src/corruptions/frost-pictures.js";
import { useEngine } from "../../src/engine/engine.js";
import type { Adaptation } from "../../src/evaluate/adaptation.js";
import { batchNormAdaptation } from "../../src/evaluate/batch-norm-adaptation.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { tent } from "../../src/evaluate/tent.js";
import { imagenetNormalization } from "../../src/nn/normalize.js";
import { cifar10 } from "../../src/tasks/cifar10/cifar10.js";
import { importRun } from "../../src/train/import-run.js";
import { recipes } from "../../src/train/recipe.js";
import { heading, print, table } from "./report.js";

const { DATA, IMAGES = "10000" } = process.env;
const data =
	DATA ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url));
const checkpoint = join(data, "checkpoints", "resnet20-12fca82f.th");
const title = `ResNet-20 on CIFAR-10: error in % under the corruptions of CIFAR-10-C at severity 5, ${IMAGES} images in batches of 200`;

/** What the network is adapted by, in columns. TENT's own first row is batch norms of the batch alone. */
const columns: Readonly<Record<string, Adaptation | undefined>> = {
	"as it is": undefined,
	"batch norm, prior 16": batchNormAdaptation(),
	"batch norm, the batch alone": batchNormAdaptation({
		prior: 0,
		variance: "biased",
	}) as Adaptation,
	TENT: tent() as Adaptation,
};

const error = ({ score }: Pick<ResultRow, "score">): number => 100 - score;

const mean = (values: readonly number[]): number =>
	values.reduce((sum, value) => sum + value, 0) / values.length;

const rounded = (values: readonly number[]): string[] =>
	values.map((value) => value.toFixed(1));

async function score(folder: string): Promise<void> {
	const { name, version } = await useEngine();
	const task = cifar10({
		folder: join(data, "cifar10"),
		inputSize: 32,
		normalization: imagenetNormalization,
		corruptionVariant: "cifar-10-c",
	});
	const run = await importRun(task, checkpoint, {
		architecture: "resnet20",
		recipe: recipes.cifar10,
		folder,
	});
	const frostPictures = await loadFrostPictures(join(data, "frost"));
	const scored: ResultRow[][] = [];
	for (const adaptation of Object.values(columns))
		scored.push(
			await evaluate(run, task, {
				severities: [5],
				images: Number(IMAGES),
				batchSize: 200,
				...(adaptation && { adaptation }),
				...(frostPictures && { frostPictures }),
			}),
		);
	const [first = []] = scored;
	const corrupted = scored.map((rows) =>
		mean(rows.filter(({ severity }) => severity > 0).map(error)),
	);
	print(heading(title, { [name]: version }));
	print(
		table([
			["", ...Object.keys(columns)],
			...first.map(({ corruption }, i) => [
				corruption,
				...rounded(scored.map((rows) => error(rows[i] as ResultRow))),
			]),
			["mean of the fifteen", ...rounded(corrupted)],
		]),
	);
}

if (!existsSync(checkpoint)) print(`${title}: left out, needs ${checkpoint}`);
else {
	const folder = mkdtempSync(join(tmpdir(), "cifar-10-c-"));
	try {
		await score(folder);
	} finally {
		rmSync(folder, { recursive: true });
	}
}
