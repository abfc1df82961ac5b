import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { scratchFolder } from "../session.js";

const cell = (cell_type: string, source: string) => ({
	cell_type,
	metadata: {},
	source,
});
const folder = scratchFolder({
	"study.ipynb": JSON.stringify({
		nbformat: 4,
		nbformat_minor: 5,
		metadata: {},
		cells: [
			cell("markdown", "# Title\n\nA */ remark."),
			cell("code", "%%time\n!ls\nconst a = 1;\n%who\n`\n%who\n`;"),
			cell("raw", "raw"),
			cell("code", "%%bash\necho 1"),
			cell("code", ""),
		],
	}),
});
const command = fileURLToPath(
	new URL("../../../kernel/notebook/run.js", import.meta.url),
);
const call = (...args: string[]) =>
	spawnSync(process.execPath, [command, "export", ...args], {
		encoding: "utf8",
		cwd: folder,
	});

test("a notebook is exported as TypeScript with its Markdown as comments", () => {
	assert.equal(call("study.ipynb", "--to", "ts").stdout, "study.ts\n");
	assert.equal(
		readFileSync(join(folder, "study.ts"), "utf8"),
		`// %% [markdown]
// # Title
//
// A */ remark.

// %%
// %%time
// !ls
const a = 1;
// %who
\`
%who
\`;

// %% [raw]
// raw

// %%
// %%bash
// echo 1

// %%
`,
	);
	assert.match(
		call("study.ipynb", "--to", "py").stderr,
		/--to py: notebooks are exported to ts/,
	);
	assert.match(call().stderr, /export takes one notebook/);
});
