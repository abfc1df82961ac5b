import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { didYouMean } from "../../src/check/did-you-mean.js";
import {
	joinText,
	type Notebook,
	readNotebook,
	splitText,
	writeNotebook,
} from "./format.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Where the notebooks are: in the repository with their outputs, in the package without. */
const samplesFolder = (): string =>
	[join(root, "notebooks"), join(root, "dist", "notebooks")].find((folder) =>
		existsSync(join(folder, "robustness-transfer.ipynb")),
	) ?? join(root, "notebooks");

/** The names of the notebooks that come with the package, the study's first. */
export const sampleNames = (): string[] =>
	readdirSync(samplesFolder())
		.filter((file) => file.endsWith(".ipynb"))
		.map((file) => basename(file, ".ipynb"))
		.sort(
			(a, b) => Number(b.includes("transfer")) - Number(a.includes("transfer")),
		);

/** What a notebook is about: its first heading. */
export function sampleTitle(name: string): string {
	const { cells } = readNotebook(join(samplesFolder(), `${name}.ipynb`));
	const text = cells.map(({ source }) => joinText(source)).join("\n");
	return /^# (.+)$/m.exec(text)?.[1] ?? "";
}

/** A notebook as it is before it runs. */
export const withoutOutputs = (notebook: Notebook): Notebook => ({
	...notebook,
	cells: notebook.cells.map((cell) =>
		cell.cell_type === "code"
			? { ...cell, outputs: [], execution_count: null }
			: cell,
	),
});

/** Paths of the repository, whose notebooks lie in a folder of their own, as they are in a project; its pages are named. */
const inProject = (text: string): string =>
	text
		.replaceAll(/\.\.\/(?=(?:data|runs)\b)/g, "")
		.replaceAll("../src/", "node_modules/robust-transfer/src/")
		.replaceAll(
			/\[([^\]]+)\]\(\.\.\/(docs\/[^)#]+)[^)]*\)/g,
			"$1 (`$2` in the repository)",
		);

/**
 * Copies a notebook of the package, without outputs, and the pictures that it reads; returns all that was written.
 *
 * Throws where there is none of the name, and where a notebook is at the path already.
 */
export function copySample(name: string, path = `${name}.ipynb`): string[] {
	const names = sampleNames();
	if (!names.includes(name))
		throw new Error(
			`there is no notebook ${name}; there are ${names.join(", ")}${didYouMean(name, names)}`,
		);
	if (existsSync(path))
		throw new Error(
			`there is a ${path} already: give another name after ${name}`,
		);
	const plain = withoutOutputs(
		readNotebook(join(samplesFolder(), `${name}.ipynb`)),
	);
	const cells = plain.cells.map((cell) => ({
		...cell,
		source: splitText(inProject(joinText(cell.source))),
	}));
	const text = cells.flatMap(({ source }) => source).join("");
	mkdirSync(dirname(path), { recursive: true });
	writeNotebook(path, { ...plain, cells });
	const pictures = [
		...new Set(text.match(/images\/[\w-]+\.(?:jpg|png)/g) ?? []),
	]
		.map(
			(file) =>
				[join(root, "notebooks", file), join(dirname(path), file)] as const,
		)
		.filter(([from, to]) => existsSync(from) && !existsSync(to));
	for (const [from, to] of pictures) {
		mkdirSync(dirname(to), { recursive: true });
		copyFileSync(from, to);
	}
	return [path, ...pictures.map(([, to]) => to)];
}
