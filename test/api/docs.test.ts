import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { remedies } from "../../src/combine/remedies.js";
import { problemsIn, snippetsOf, together } from "./snippets.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const docs = readdirSync(join(root, "docs"), {
	recursive: true,
	encoding: "utf8",
})
	.filter((name) => name.endsWith(".md") && !name.startsWith("."))
	.map((name) => join(root, "docs", name));
const guides = ["CONTRIBUTING.md", "CHANGELOG.md"].map((name) =>
	join(root, name),
);
const readmes = ["README.md", "kernel/README.md"].map((name) =>
	join(root, name),
);

const readme = together(snippetsOf(join(root, "README.md")));
const story = join(root, "docs", "study.md");
const blocks = [...docs, ...guides].flatMap((page) =>
	page === story ? together(snippetsOf(page)) : snippetsOf(page),
);
const wrong = {
	page: join(root, "docs", "none.md"),
	line: 7,
	code: 'import { cifar10 } from "robust-transfer";\n\ncifar10(1);\n',
};
// One program for all, of which types are read once.
const problems = problemsIn([...readme, ...blocks, wrong]);
const isExpected = (problem: string) => problem.startsWith(`${wrong.page}:`);

test("the code of the pages is right: of the README and of the study as a whole, of the others block by block", () => {
	assert.ok(blocks.length > 9, `${blocks.length} blocks`);
	assert.deepEqual(
		problems.filter((problem) => !isExpected(problem)),
		[],
	);
});

test("code that is wrong is found, at its line", () => {
	const [problem = "", ...others] = problems.filter(isExpected);
	assert.match(problem, /none\.md:9: /);
	assert.deepEqual(others, []);
});

test("links to files lead somewhere", () => {
	const broken = [...docs, ...guides, ...readmes].flatMap((page) => {
		const text = readFileSync(page, "utf8");
		return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
			.map(([, address = ""]) => address.replace(/#.*$/, ""))
			.filter((address) => address !== "" && !/^[a-z]+:/.test(address))
			.filter((address) => !existsSync(join(dirname(page), address)))
			.map((address) => `${page}: ${address}`);
	});
	assert.deepEqual(broken, []);
});

const textOf = (name: string): string => readFileSync(join(root, name), "utf8");

test("the table of remedies has them all", () => {
	const page = textOf(join("docs", "remedies.md"));
	const missing = Object.keys(remedies).filter(
		(name) => !page.includes(`remedies.${name}(`),
	);
	assert.deepEqual(missing, []);
});

test("NOTICE names every dependency, and is part of the package", () => {
	const notice = textOf("NOTICE");
	const { dependencies, files, version } = JSON.parse(
		textOf("package.json"),
	) as {
		dependencies: Record<string, string>;
		files: string[];
		version: string;
	};
	const names = Object.entries(dependencies).map(
		([name, wanted]) => /^npm:(.+)@/.exec(wanted)?.[1] ?? name,
	);
	assert.deepEqual(
		names.filter((name) => !notice.includes(name)),
		[],
	);
	for (const name of ["NOTICE", "CHANGELOG.md"])
		assert.ok(files.includes(name), name);
	assert.match(
		textOf("CITATION.cff"),
		new RegExp(`^version: ${version}$`, "m"),
	);
});
