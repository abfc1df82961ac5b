/** Sentences of the notebooks that have numbers in them are those that their committed outputs make. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
	joinText,
	type Notebook,
	readNotebook,
} from "../../kernel/notebook/format.js";
import { detection } from "./claims/detection.js";
import { Evidence } from "./claims/evidence.js";
import { others } from "./claims/others.js";
import { remedies } from "./claims/remedies.js";
import { remediesDense } from "./claims/remedies-dense.js";
import { robustnessTransfer } from "./claims/robustness-transfer.js";
import { segmentation } from "./claims/segmentation.js";
import {
	proseOf,
	sentencesWithNumbers,
	withoutNames,
} from "./claims/sentences.js";

const folder = fileURLToPath(new URL("../../../notebooks/", import.meta.url));
const withResults = [
	remedies,
	remediesDense,
	robustnessTransfer,
	segmentation,
	detection,
];
const all = [...withResults, ...others];

/** What is wrong with prose, given what it is made of. */
function faultsOf(
	prose: string,
	made: readonly string[],
	given: readonly string[],
): string[] {
	const known = [...made, ...given].sort((a, b) => b.length - a.length);
	const absent = known.filter((text) => !prose.includes(text));
	const rest = known.reduce((text, one) => text.replaceAll(one, "…"), prose);
	return [
		...absent.map((text) => `not in the notebook: ${text}`),
		...sentencesWithNumbers(rest).map((text) => `made by no output: ${text}`),
	];
}

/** The sentence with each of its last digits made another, one after the other. */
const changedNumbers = (sentence: string): string[] =>
	[...withoutNames(sentence).matchAll(/\d(?!\d)/g)].map(
		({ 0: digit, index }) => {
			const other = (Number(digit) + 1) % 10;
			return `${sentence.slice(0, index)}${other}${sentence.slice(index + 1)}`;
		},
	);

/** A notebook in whose outputs all numbers of tables and figures are others. */
function withOtherOutputs(notebook: Notebook): Notebook {
	const other = (text: string) =>
		text.replace(/>[^<>]*</g, (shown) =>
			shown.replace(/\d/g, (digit) => String(9 - Number(digit))),
		);
	const cells = notebook.cells.map((cell) => ({
		...cell,
		outputs: (cell.outputs ?? []).map((output) =>
			"data" in output && "text/html" in output.data
				? {
						...output,
						data: {
							...output.data,
							"text/html": other(joinText(output.data["text/html"] as string)),
						},
					}
				: output,
		),
	}));
	return { ...notebook, cells };
}

for (const { notebook: name, made, given } of all) {
	const notebook = readNotebook(join(folder, name));
	const prose = proseOf(notebook);

	test(`${name} says what its outputs say`, () => {
		assert.deepEqual(faultsOf(prose, made(new Evidence(notebook)), given), []);
	});

	test(`${name} may say no other numbers`, () => {
		const claims = made(new Evidence(notebook));
		for (const sentence of sentencesWithNumbers(prose))
			for (const other of changedNumbers(sentence)) {
				const faults = faultsOf(prose.replace(sentence, other), claims, given);
				assert.notDeepEqual(faults, [], other);
			}
	});
}

for (const { notebook: name, made, given } of withResults)
	test(`${name} may not keep its sentences where its outputs change`, () => {
		const notebook = readNotebook(join(folder, name));
		const other = new Evidence(withOtherOutputs(notebook));
		assert.throws(() =>
			assert.deepEqual(faultsOf(proseOf(notebook), made(other), given), []),
		);
	});

const heatMaps = {
	"robustness-transfer.ipynb": "studyTable(results",
	"segmentation.ipynb": "studyTable(results",
	"detection.ipynb": "studyTable(results",
	"cifar10.ipynb": "studyTable(results)",
	"imagenet.ipynb":
		"const rows = await scoreBackbone(backbones, task, options)",
};
for (const [name, table] of Object.entries(heatMaps))
	test(`${name}: its table and its heat map are of the same run`, () => {
		const evidence = new Evidence(readNotebook(join(folder, name)));
		const [, totals] = evidence.traces("plotHeatMap(results");
		const rows = evidence.rows(table);
		const written = (totals!.text as string[]).map(Number);
		assert.equal(written.length, 2 * rows.length);
		rows
			.flatMap(({ drop, clean }) => [Number(drop), Number(clean)])
			.forEach((score, i) => {
				assert.ok(Math.abs(score - written[i]!) < 0.051, `${score} in ${name}`);
			});
	});

test("all notebooks are looked at", () => {
	const files = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));
	assert.deepEqual(all.map(({ notebook }) => notebook).sort(), files.sort());
});
