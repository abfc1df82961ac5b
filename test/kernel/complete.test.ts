import assert from "node:assert/strict";
import { test } from "node:test";
import { magicNames } from "../../kernel/magics/table.js";
import { scratchFolder, useKernel } from "./session.js";

const folder = scratchFolder({
	"package.json": JSON.stringify({
		dependencies: { toybox: "1", plain: "1", "@types/none": "1" },
	}),
	"node_modules/toybox/package.json": JSON.stringify({
		name: "toybox",
		types: "index.d.ts",
	}),
	"node_modules/toybox/index.d.ts":
		'export * from "./deep.js";\nexport { hidden as toyLens } from "./deep.js";\nexport declare const toyBall: number;\nexport default toyBall;\n',
	"node_modules/toybox/deep.d.ts":
		"declare const hidden: 1;\n/** Stacks cubes. */\nexport declare function toyStack(height: number): string;\nexport { hidden };\n",
	"data/first set.csv": "",
	"data/second.csv": "",
	"data/inner/x": "",
	".hidden": "",
	"run-me.ts": "",
});
const kernel = useKernel({ folder });

interface Completed {
	readonly matches: string[];
	readonly inserts: string[];
	readonly types: string[];
	readonly replaced: string;
}

/** Completes at the bar. */
async function complete(marked: string): Promise<Completed> {
	const at = marked.indexOf("|");
	const code = marked.slice(0, at) + marked.slice(at + 1);
	const { reply } = await kernel.client.request("complete_request", {
		code,
		cursor_pos: at,
	});
	const { matches, cursor_start, cursor_end, metadata } = reply.content as {
		matches: string[];
		cursor_start: number;
		cursor_end: number;
		metadata: {
			_jupyter_types_experimental: { text: string; type: string }[];
		};
	};
	const types = metadata._jupyter_types_experimental;
	assert.equal(types.length, matches.length);
	return {
		matches,
		inserts: types.map(({ text }) => text),
		types: types.map(({ type }) => type),
		replaced: code.slice(cursor_start, cursor_end),
	};
}

const inspect = async (code: string, cursor_pos = code.length) =>
	(
		await kernel.client.request("inspect_request", {
			code,
			cursor_pos,
			detail_level: 0,
		})
	).reply.content as { found: boolean; data: Record<string, string> };

test("magics complete at the start of a line, and nowhere else", async () => {
	const all = await complete("%|");
	assert.deepEqual(
		all.matches,
		magicNames.filter((name) => name.startsWith("%")),
	);
	assert.deepEqual((await complete("1;\n%who|")).matches, ["%who", "%whos"]);
	assert.deepEqual((await complete("%%ba|")).matches, ["%%bash"]);
	assert.deepEqual(new Set(all.types), new Set(["magic"]));
	assert.ok(!(await complete("7 %t|")).types.includes("magic"));
});

test("the code that a magic takes is completed as code", async () => {
	assert.ok((await complete("%timeit Math.ab|")).matches.includes("abs"));
	assert.ok(
		(await complete("%%timeit -n 3\nMath.ab|")).matches.includes("abs"),
	);
	assert.ok((await complete("!ls\nMath.ab|")).matches.includes("abs"));
});

test("paths complete in strings and in what is for the shell", async () => {
	const listed = ["data/first set.csv", "data/inner/", "data/second.csv"];
	for (const code of [
		'readFileSync("data/|")',
		"const path = 'data/|",
		"f(`data/|`)",
		"!cat data/|",
		"!head -n 1 <data/|",
		"%%bash\ncat data/|",
	]) {
		const { matches, types, replaced } = await complete(code);
		assert.deepEqual([matches, replaced], [listed, "data/"], code);
		assert.equal(types[0], "path");
	}
	assert.deepEqual((await complete("%run run|")).matches, ["run-me.ts"]);
	assert.deepEqual((await complete('f("data/se|")')).matches, [listed[2]]);
	assert.ok(!(await complete('f("|")')).matches.includes(".hidden"));
	assert.deepEqual((await complete('f("nowhere/|")')).matches, []);
	// where a type says which texts there are, those come
	const typed =
		'declare function pick(a: keyof { "data/x": 1; b: 1 }): void; pick("|")';
	assert.deepEqual((await complete(typed)).matches, ["b", "data/x"]);
});

test("names to import complete with their import where it can stand", async () => {
	const { matches, inserts, types } = await complete("toy|");
	assert.deepEqual(matches, ["toyBall", "toyLens", "toyStack"]);
	assert.equal(
		inserts[matches.indexOf("toyStack")],
		'import { toyStack } from "toybox";\ntoyStack',
	);
	assert.equal(types[matches.indexOf("toyStack")], "function");
	const within = await complete("const a = toyS|");
	assert.deepEqual(within.inserts, ["toyStack"]);
	assert.deepEqual((await complete("Math.toyS|")).matches, []);
	const own = await complete("finetu|");
	assert.ok(
		own.inserts.includes(
			'import { finetune } from "robust-transfer";\nfinetune',
		),
	);
});

test("a name within an unfinished import brings its package", async () => {
	const { matches, replaced } = await complete("import { toyS| }");
	assert.deepEqual(matches, ['toyStack } from "toybox"']);
	assert.equal(replaced, "toyS }");
	const other = await complete("1;\nimport { toyBall, toyL|");
	assert.deepEqual(other.matches, ['toyLens } from "toybox"']);
	const mixed = await complete("import { toyBall, finetu|");
	assert.deepEqual(mixed.matches, []);
	const given = await complete('import { toyS| } from "toybox"');
	assert.deepEqual(given.matches, ["toyStack"]);
});

test("what is completed can be inspected as JupyterLab does, from the text it would be", async () => {
	const [insert = ""] = (await complete("toyS|")).inserts;
	// its cursor is past the end then
	const shown = await inspect(insert, insert.length + 4);
	assert.match(shown.data["text/plain"] ?? "", /toyStack\(height: number\)/);
	assert.match(shown.data["text/plain"] ?? "", /Stacks cubes\./);
	const magic = await inspect("%timeit");
	assert.match(magic.data["text/plain"] ?? "", /^%timeit .*\n\nruns a line/);
	assert.equal((await inspect("%timeit Math.abs")).found, true);
});
