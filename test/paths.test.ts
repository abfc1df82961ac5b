/** Paths of files are made and taken apart by `node:path`, so that they are right on Windows too. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Where a slash stands between parts of something else than a path on this machine, and what that is. */
const notPaths: Readonly<Record<string, string>> = {
	"src/backbones/adversarial-zoo.ts": "addresses of downloads",
	"src/backbones/mini-backbone.ts": "names of checkpoints",
	"src/backbones/released.ts": "addresses of downloads",
	"src/backbones/zoo.ts": "names of checkpoints and addresses of downloads",
	"src/tasks/imagenet/validation-images.ts": "places of images",
	"src/tasks/published-data.ts": "names of data",
	"src/checkpoint/state-dict.ts": "places in a checkpoint",
	"src/checkpoint/split.ts": "places in a checkpoint",
	"src/checkpoint/describe.ts": "places in a checkpoint",
	"src/analysis/plot-segmentation.ts": "ids of images",
	"src/evaluate/published/folder-images.ts": "places of images",
	"kernel/language/paths.ts": "what is typed in a cell",
	"data-scripts/corrupt-folder.ts": "places of copies",
	"data-scripts/image-sets.ts": "places in an archive",
	"data-scripts/set-layout.ts": "ids of images",
};

const ofText = new Set(["split", "indexOf", "lastIndexOf", "join"]);
const toSlashes = new Set(["replace", "replaceAll"]);
const slashes = /^["'`/]?[\\[\]/]*["'`/]?[gu]*$/;
const pathName = /(folder|directory|dir|file|path|root|home|cwd)(\(\))?$/i;

/** The names that a file imports of Node's file system. */
function fileFunctions(file: ts.SourceFile): Set<string> {
	const imports = file.statements
		.filter(ts.isImportDeclaration)
		.filter(({ moduleSpecifier }) =>
			/^["']node:fs(\/promises)?["']$/.test(moduleSpecifier.getText(file)),
		);
	return new Set(
		imports.flatMap(({ importClause }) => {
			const named = importClause?.namedBindings;
			return named && ts.isNamedImports(named)
				? named.elements.map(({ name }) => name.text)
				: [];
		}),
	);
}

/** Whether an expression puts text together around a slash; `/proc` is Linux's alone. */
const isJoined = (node: ts.Node): boolean =>
	ts.isTemplateExpression(node)
		? !node.head.text.startsWith("/proc/") &&
			[node.head, ...node.templateSpans.map(({ literal }) => literal)].some(
				({ text }) => text.includes("/"),
			)
		: ts.isBinaryExpression(node) &&
			node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
			[node.left, node.right].some(
				(side) =>
					(ts.isStringLiteral(side) && side.text.includes("/")) ||
					isJoined(side),
			);

/** What is wrong with a call; undefined where nothing is. */
function wrongCall(
	call: ts.CallExpression,
	file: ts.SourceFile,
	ofFiles: ReadonlySet<string>,
): string | undefined {
	const { expression, arguments: given } = call;
	const [first] = given;
	if (!first) return undefined;
	if (ts.isIdentifier(expression) && ofFiles.has(expression.text))
		return isJoined(first) ? "a path put together by hand" : undefined;
	if (!ts.isPropertyAccessExpression(expression)) return undefined;
	const text = first.getText(file);
	const method = expression.name.text;
	if (
		toSlashes.has(method) &&
		text.includes("\\\\") &&
		given[1]?.getText(file) === '"/"'
	)
		return "backslashes replaced, which names may hold";
	if (!ofText.has(method) || !text.includes("/") || !slashes.test(text))
		return undefined;
	const isOfPath = expression.expression.getText(file).endsWith(".split(sep)");
	return method === "join" && isOfPath ? undefined : `${method} by a slash`;
}

/** Whether the name of a path is followed or preceded by a slash. */
function isPathOfTemplate(node: ts.TemplateExpression, file: ts.SourceFile) {
	let before = node.head.text;
	return node.templateSpans.some(({ expression, literal }) => {
		const isBeside = before.endsWith("/") || literal.text.startsWith("/");
		before = literal.text;
		return isBeside && pathName.test(expression.getText(file));
	});
}

/** Places in a source where a path is made or taken apart by hand. */
export function wrongPaths(name: string, source: string): string[] {
	const file = ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, true);
	const ofFiles = fileFunctions(file);
	const found: string[] = [];
	const visit = (node: ts.Node): void => {
		const wrong = ts.isCallExpression(node)
			? wrongCall(node, file, ofFiles)
			: ts.isTemplateExpression(node) && isPathOfTemplate(node, file)
				? "a path beside a slash"
				: ts.isPropertyAccessExpression(node) &&
						node.name.text === "pathname" &&
						node.expression.getText(file).includes("import.meta.url")
					? "the pathname of a file's address"
					: undefined;
		if (wrong) {
			const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
			found.push(`${name}:${line + 1}: ${wrong}: ${node.getText(file)}`);
		}
		ts.forEachChild(node, visit);
	};
	visit(file);
	return found;
}

const sources = ["src", "kernel", "data-scripts"].flatMap((folder) =>
	readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".ts"))
		.map((path) => join(folder, path).split(sep).join("/")),
);
const found = new Map(
	sources.map((path) => [
		path,
		wrongPaths(path, readFileSync(join(root, path), "utf8")),
	]),
);

test("paths of files are made by node:path", () => {
	const wrong = [...found].flatMap(([path, places]) =>
		path in notPaths ? [] : places,
	);
	assert.deepEqual(wrong, []);
});

test("what is excused has something to excuse", () => {
	const idle = Object.keys(notPaths).filter((path) => !found.get(path)?.length);
	assert.deepEqual(idle, []);
});

test("paths that are made by hand are seen, and addresses are not", () => {
	const seen = (source: string) =>
		wrongPaths("x.ts", source.replaceAll("§", "$"));
	const wrong = [
		'import { readFileSync } from "node:fs"; readFileSync(`§{x}/a.json`);',
		'import { readFile as read } from "node:fs/promises"; await read(x + "/a.json");',
		"const path = `§{folder}/a`;",
		"const at = `a/§{options.path}`;",
		'name.split("/");',
		"name.split(/[\\\\/]/);",
		'name.lastIndexOf("/");',
		'name.replaceAll("\\\\", "/");',
		'[a, b].join("/");',
		'new URL("../x", import.meta.url).pathname;',
	];
	for (const source of wrong) assert.equal(seen(source).length, 1, source);
	const right = [
		'import { readFileSync } from "node:fs"; readFileSync(join(x, "a.json"));',
		'import { readFileSync } from "node:fs"; readFileSync(new URL(`a/§{x}`, import.meta.url));',
		'name.split(sep).join("/");',
		'name.split(",");',
		"`§{id}/§{i}`;",
		'import { readFileSync } from "node:fs"; readFileSync(`/proc/§{pid}/stat`);',
		'fileURLToPath(new URL("../x", import.meta.url));',
	];
	for (const source of right) assert.deepEqual(seen(source), []);
});
