import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { corrupt } from "../../src/corruptions/corrupt.js";
import { readImage } from "../../src/image/decode.js";
import { writePng } from "../../src/image/encode.js";
import { veil } from "../corruptions/own-corruptions.js";
import { picture } from "../lcg.js";

/** Calls a script with arguments that are wrong: what it writes to stderr. */
function refusal(script: string, ...args: string[]): string {
	const path = fileURLToPath(new URL(`../../${script}.js`, import.meta.url));
	const { status, stdout, stderr } = spawnSync(
		process.execPath,
		[path, ...args],
		{ encoding: "utf8" },
	);
	assert.equal(stdout, "");
	assert.ok(status === 1 || status === 2, `ends with ${status}`);
	return stderr;
}

const options: readonly (readonly [string, string, string])[] = [
	["data-scripts/ade20k", "--foldr", "--folder"],
	["data-scripts/checkpoints", "--lst", "--list"],
	["data-scripts/cifar10", "--fodler", "--folder"],
	["data-scripts/cifar100", "--fodler", "--folder"],
	["data-scripts/coco", "--onyl", "--only"],
	["data-scripts/corrupt", "--severites=1", "--severities"],
	["data-scripts/image-sets", "--foldr", "--folder"],
	["data-scripts/pretrain-mini", "--foler", "--folder"],
	["kernel/install", "--prefx", "--prefix"],
	["kernel/notebook/run", "--htlm", "--html"],
];

for (const [script, given, meant] of options)
	test(`${script} proposes the nearest option`, () => {
		const [name] = given.split("=");
		assert.match(
			refusal(script, given),
			new RegExp(
				`^there is no option ${name}; there are (--[\\w-]+(, )?)+; did you mean "${meant}"\\?\\n$`,
			),
		);
	});

test("names and commands are checked as options are", () => {
	assert.match(
		refusal("data-scripts/checkpoints", "resnet50/prim"),
		/no checkpoint "resnet50\/prim"; there are:\n( {2}.*\n)+ {2}.*; did you mean "resnet50\/prime"\?\n$/,
	);
	assert.match(
		refusal("data-scripts/coco", "--only", "val2017,train2016"),
		/no archive "train2016"; there are .*; did you mean "train2017"\?\n$/,
	);
	assert.match(
		refusal("data-scripts/corrupt", "a", "b", "--corruptions", "fog,frots"),
		/unknown corruption "frots"; allowed: .*; did you mean "frost"\?\n$/,
	);
	assert.match(
		refusal(
			"data-scripts/corrupt",
			"a",
			"b",
			"--variant",
			"any-size,cifar-10-c",
		),
		/unknown variant "any-size,cifar-10-c"; allowed: /,
	);
	assert.match(
		refusal("data-scripts/pretrain-mini", "swin-mini", "resnet-mni/prime"),
		/no mini backbone resnet-mni\/prime; .*; did you mean "resnet-mini\/prime"\?\n$/,
	);
	assert.equal(
		refusal("data-scripts/frost", "--folder", "x"),
		"there is no option --folder, nor any other\n",
	);
	assert.equal(
		refusal("data-scripts/frost", "x", "y"),
		"name one folder, not x and y\n",
	);
	assert.equal(
		refusal("kernel/install", "instal"),
		'there is no command instal; there are install, uninstall, list; did you mean "install"?\n',
	);
	assert.match(
		refusal("kernel/notebook/run", "exec", "a.ipynb"),
		/^there is no command exec, only run, new and export: /,
	);
});

test("corrupted copies are written under a module's own corruption, beside the common ones or alone", async (context) => {
	const root = mkdtempSync(join(tmpdir(), "corrupt-module-"));
	context.after(() => rmSync(root, { recursive: true }));
	const [images, copies] = [join(root, "images"), join(root, "copies")];
	mkdirSync(images);
	await writePng(join(images, "one.png"), picture(12, 20));
	const script = (name: string) =>
		fileURLToPath(new URL(`../../${name}.js`, import.meta.url));
	const module = script("test/corruptions/own-corruptions");
	const corrupted = (...args: string[]) =>
		spawnSync(
			process.execPath,
			[
				script("data-scripts/corrupt"),
				...[images, copies, "--severities", "2", "--workers", "1"],
				...args,
			],
			{ encoding: "utf8" },
		);
	const alone = corrupted(
		"--module",
		`${module}#veil`,
		"--corruptions",
		"veil",
	);
	assert.match(alone.stdout, /^1 copies written/, alone.stderr);
	assert.deepEqual(
		await readImage(join(copies, "veil", "2", "one.png")),
		corrupt(picture(12, 20), veil, { severity: 2, id: "one" }),
	);
	const all = corrupted("--module", `${module}#veil`);
	assert.match(all.stdout, /^15 copies written, 1 kept/, all.stderr);
	for (const [args, says] of [
		[["--module", module], /--module needs a file and the name/],
		[["--module", `${module}#nothing`], /exports no corruption "nothing"/],
		[
			["--module", `${module}#haze`, "--module", `${module}#otherHaze`],
			/--module gives two corruptions called "haze"/,
		],
		[
			["--module", `${module}#haze`, "--corruptions", "hase"],
			/unknown corruption "hase"; .*did you mean "haze"\?/,
		],
	] as const)
		assert.match(corrupted(...args).stderr, says);
});

test("the package's command has every script, and lists them", () => {
	const run = (...args: string[]) =>
		spawnSync(
			process.execPath,
			[
				fileURLToPath(new URL("../../data-scripts/data.js", import.meta.url)),
				...args,
			],
			{ encoding: "utf8" },
		);
	const listed = run().stdout;
	const folder = fileURLToPath(new URL("../../data-scripts/", import.meta.url));
	const scripts = readdirSync(folder)
		.filter((file) => file.endsWith(".js") && file !== "data.js")
		.filter((file) =>
			/process\.argv|readArguments/.test(
				readFileSync(join(folder, file), "utf8"),
			),
		)
		.map((file) => file.replace(".js", ""));
	assert.ok(scripts.length >= 8);
	for (const name of scripts)
		assert.match(listed, new RegExp(`^  ${name} +\\S`, "m"));
	assert.match(run("checkpoints", "--list").stdout, /^resnet50\/prime /m);
	assert.match(run("cifar10", "--fodler").stderr, /did you mean "--folder"/);
	const unknown = run("cifar");
	assert.match(
		unknown.stderr,
		/there is no cifar to fetch; .*did you mean "cifar10"/,
	);
	assert.equal(unknown.status, 1);
});
