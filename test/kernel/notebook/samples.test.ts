import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { scratchFolder } from "../session.js";

const folder = scratchFolder();
const runner = fileURLToPath(
	new URL("../../../kernel/notebook/run.js", import.meta.url),
);

test("new copies a notebook of the package without outputs, for a project's folders, never over another", () => {
	const start = (...args: string[]) =>
		spawnSync(process.execPath, [runner, "new", ...args], {
			cwd: folder,
			encoding: "utf8",
		});
	const listed = start().stdout;
	for (const name of ["robustness-transfer", "cifar10", "prime"])
		assert.match(listed, new RegExp(`\n  ${name} +\\S`));
	const done = start("cifar10", "mine");
	assert.match(
		done.stdout,
		/^wrote mine\.ipynb; .*\n {2}npx robust-transfer-notebook run mine\.ipynb/,
	);
	const copied = readFileSync(join(folder, "mine.ipynb"), "utf8");
	assert.doesNotMatch(copied, /"output_type"|\.\.\/(?:data|runs|src)/);
	assert.match(copied, /runs\/cifar10/);
	start("robustness-transfer", "study");
	const study = readFileSync(join(folder, "study.ipynb"), "utf8");
	assert.match(study, /`docs\/explain\/drops\.md` in the repository/);
	assert.doesNotMatch(study, /\.\.\/docs/);
	assert.match(start("prime").stdout, /prime\.ipynb, images\/coffee\.jpg/);
	assert.ok(existsSync(join(folder, "images", "coffee.jpg")));
	assert.match(
		start("cifar10", "mine").stderr,
		/there is a mine\.ipynb already/,
	);
	assert.match(start("cifar01").stderr, /did you mean "cifar10"/);
});
