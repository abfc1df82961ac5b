/** Imports go one way, from what stands on top to what it stands on; types count too. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

const ground = [
	"random",
	"canonical",
	"check",
	"code-text",
	"own",
	"thread-count",
];
const base = [...ground, "image", "parallel"];
const network = [...ground, "engine", "nn", "checkpoint"];
const tasks = [...base, ...network, "corruptions", "augment", "backbones"];
const train = [...tasks, "tasks", "runs"];
const evaluate = [...train, "train", "combine"];
const analysis = [...evaluate, "evaluate"];

/** What each part of the library may import, besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
	random: [],
	canonical: [],
	check: [],
	"thread-count": [],
	"code-text": [],
	own: ["canonical", "code-text"],
	parallel: ground,
	image: base,
	corruptions: base,
	checkpoint: ground,
	runs: [...ground, "checkpoint"],
	engine: ground,
	nn: [...ground, "engine"],
	augment: [...base, "engine"],
	backbones: network,
	tasks,
	train,
	combine: [...train, "train"],
	evaluate,
	analysis,
	sweep: [...analysis, "analysis"],
};

const filesBelow = (folder: string): string[] =>
	readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".ts"))
		.map((path) => join(folder, path));

function importsOf(file: string): string[] {
	const text = readFileSync(join(root, file), "utf8");
	return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(
		([, path]) => normalize(join(dirname(file), path as string)),
	);
}

/** The part of the library that a path below `src` is in. */
const partOf = (path: string): string =>
	(path.split(sep)[1] as string).replace(/\.[jt]s$/, "");

const doors = ["index", "parts"];

test("every part of the library imports only what it stands on", () => {
	const wrong = filesBelow("src")
		.filter((file) => !doors.includes(partOf(file)))
		.flatMap((file) => {
			const part = partOf(file);
			const below = allowed[part];
			assert.ok(below, `${file}: say in this test what ${part} stands on`);
			return importsOf(file)
				.filter((path) => {
					const other = partOf(path);
					return other !== part && !below.includes(other);
				})
				.map((path) => `${file} imports ${path}`);
		});
	assert.deepEqual(wrong, []);
});

test("the library does not import the kernel or the data scripts", () => {
	const wrong = filesBelow("src").filter((file) =>
		importsOf(file).some((path) => !path.startsWith(`src${sep}`)),
	);
	assert.deepEqual(wrong, []);
});
