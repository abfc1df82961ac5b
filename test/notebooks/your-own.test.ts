/** Things of one's own in a notebook: they are used, and others are other runs and other rows. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { KernelClient } from "../../kernel/client.js";
import { executeNotebook } from "../../kernel/notebook/execute.js";
import {
	joinText,
	type Notebook,
	readNotebook,
} from "../../kernel/notebook/format.js";
import { withParameters } from "../../kernel/notebook/parameters.js";
import { listRuns, type ResultRow, type Run } from "../../src/index.js";
import { readResults } from "../../src/parts.js";
import { scratchFolder } from "../kernel/session.js";

const notebooks = fileURLToPath(
	new URL("../../../notebooks/", import.meta.url),
);
const folder = join(scratchFolder(), "your-own");
const steps = 4;
const notebook = withParameters(
	readNotebook(join(notebooks, "your-own.ipynb")),
	{ folder, steps: String(steps), trainImages: "200", images: "10" },
);
let client: KernelClient;

/** Runs cells in their order, those that hold each of some texts or all, with parts of them replaced. */
async function runCells(
	holding: readonly string[] = [""],
	replaced: Readonly<Record<string, string>> = {},
): Promise<Notebook> {
	const cells = notebook.cells
		.filter(
			({ cell_type, source }) =>
				cell_type === "code" &&
				holding.some((text) => joinText(source).includes(text)),
		)
		.map((cell) => ({
			...cell,
			source: Object.entries(replaced).reduce(
				(source, [from, to]) => source.replace(from, to),
				joinText(cell.source),
			),
		}));
	const done = await executeNotebook({ ...notebook, cells }, client);
	assert.equal(done.failure, undefined, done.failure?.traceback.join("\n"));
	return done.notebook;
}

/** What the cell that holds a text shows, by type. */
function shownBy({ cells }: Notebook, text: string): Record<string, string> {
	const cell = cells.find(({ source }) => joinText(source).includes(text));
	const output = cell?.outputs?.at(-1);
	assert.ok(output && "data" in output, `nothing is shown by ${text}`);
	return output.data as Record<string, string>;
}

const allRuns = (): Run[] => listRuns(folder);
const called = (name: string): Run[] =>
	allRuns().filter(({ id }) => id.includes(name));
const firstLoss = (run: Run): number => run.log[0]!.loss;
const rowsUnder = (corruption: string): ResultRow[] =>
	allRuns()
		.flatMap((run) => readResults(run))
		.filter((row) => row.corruption === corruption);

let whole: Notebook;

before(async () => {
	client = await KernelClient.start({
		folder: notebooks,
		env: { ROBUST_TRANSFER_PLOTS: "static" },
	});
	whole = await runCells();
});
after(() => client.shutdown());

test("three workflows make seven runs, called by what is their own", () => {
	assert.equal(allRuns().length, 7);
	for (const part of ["focal-watched", "weights-by-name", "mixup-restarts"])
		assert.equal(called(part).length, 1, part);
	const codes = allRuns().flatMap(({ record }) => {
		const parts = [record.recipe.loss, record.recipe.schedule];
		return parts.flatMap((part) => (part as { code?: string })?.code ?? []);
	});
	assert.equal(codes.length, 2);
});

test("a loss of one's own is what is learned by, and another is another run", async () => {
	const watched = called("watched");
	const [focal] = called("focal");
	const plain = watched.find(({ id }) => id !== focal!.id)!;
	assert.notEqual(firstLoss(focal!), firstLoss(plain));
	for (const { log } of watched)
		assert.deepEqual(Object.keys(log.at(-1)!.numbers!).sort(), [
			"held-out accuracy",
			"held-out mean per class",
		]);

	const known = allRuns().map(({ id }) => id);
	await runCells(["const focal:", "const watch:"], { "gamma: 2": "gamma: 1" });
	const added = allRuns().filter(({ id }) => !known.includes(id));
	assert.equal(added.length, 1);
	// Of the same images and weights: less of the loss is taken off where an image is almost learned.
	assert.ok(firstLoss(added[0]!) > firstLoss(focal!));
});

test("a family of one's own is read from a file, and frozen up to a layer", () => {
	const layers = [0, 1, 2].flatMap((i) =>
		["conv1", "bn1", "conv2", "bn2"].map((layer) => `layer1.${i}.${layer}`),
	);
	const shown = shownBy(whole, "const kept =")["text/plain"]!;
	const names = [...shown.matchAll(/'([^']+)'/g)].map(([, name]) => name);
	assert.deepEqual(names.sort(), ["conv1", "bn1", ...layers].sort());
	const [partly] = called("weights-by-name");
	const { backbone } = partly!.record;
	assert.equal(backbone.name, "resnet-b/random");
	assert.match(
		String((backbone.architecture.family as { code?: string }).code),
		/^[0-9a-f]{8}$/,
	);
});

test("a schedule of one's own is followed, and another is another run", async () => {
	const ratesOf = ({ log, record }: Run, cycles: number): void => {
		const { learningRate, warmUp } = record.recipe;
		const wanted = Array.from({ length: steps }, (_, step) => {
			const turn = Math.PI * (((cycles * step) / steps) % 1);
			const { ratio, steps: rise } = warmUp!;
			return (
				(learningRate / 2) *
				(1 + Math.cos(turn)) *
				(1 - (1 - step / rise) * (1 - ratio))
			);
		});
		const rates = log.map((row) => row.learningRate);
		assert.equal(rates.length, steps);
		rates.forEach((rate, i) => {
			assert.ok(Math.abs(rate - wanted[i]!) < 1e-9, `${i}: ${rate}`);
		});
	};
	ratesOf(called("restarts")[0]!, 2);
	const known = allRuns().map(({ id }) => id);
	await runCells(["const restarts:", "const mixed:"], {
		"cycles: 2": "cycles: 3",
	});
	const added = allRuns().filter(({ id }) => !known.includes(id));
	assert.equal(added.length, 1);
	ratesOf(added[0]!, 3);
});

test("a corruption of one's own is applied, and another of its name has rows of its own", async () => {
	const rows = rowsUnder("dead-rows");
	assert.equal(rows.length, 3);
	const codesOf = (given: readonly ResultRow[]) =>
		new Set(given.map(({ corruptionCode }) => corruptionCode));
	assert.equal(codesOf(rows).size, 1);
	const others = rowsUnder("pixelate").length;
	const again = await runCells(
		["defineCorruption({", "cycles: 2", "const mixed:", "const corruptions ="],
		{ "[0.05, 0.1, 0.15, 0.2, 0.3]": "[0.5, 0.6, 0.7, 0.8, 1]" },
	);
	const picture = (of: Notebook) =>
		shownBy(of, "defineCorruption({")["image/png"];
	assert.notEqual(picture(again), picture(whole));
	assert.equal(codesOf(rowsUnder("dead-rows")).size, 2);
	assert.equal(rowsUnder("dead-rows").length, 6);
	assert.equal(rowsUnder("pixelate").length, others);
});
