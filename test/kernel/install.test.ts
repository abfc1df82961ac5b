import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { scratchFolder } from "./session.js";

const folder = scratchFolder();
const command = fileURLToPath(
	new URL("../../kernel/install.js", import.meta.url),
);
const call = (...args: string[]) =>
	spawnSync(process.execPath, [command, ...args], {
		encoding: "utf8",
		env: { ...process.env, JUPYTER_DATA_DIR: join(folder, "user") },
	});

test("the kernel installs for the user or below a prefix, is listed, and goes", () => {
	for (const [options, data] of [
		[[], join(folder, "user")],
		[["--prefix", folder], join(folder, "share", "jupyter")],
	] as const) {
		const kernel = join(data, "kernels", "robust-transfer");
		assert.match(
			call("install", ...options).stdout,
			/installed "TypeScript \(robust-transfer\)"/,
		);
		const spec = JSON.parse(readFileSync(join(kernel, "kernel.json"), "utf8"));
		assert.equal(spec.display_name, "TypeScript (robust-transfer)");
		assert.equal(spec.language, "typescript");
		assert.equal(spec.interrupt_mode, "message");
		assert.equal(spec.argv[0], process.execPath);
		assert.ok(existsSync(spec.argv.at(-2)));
		assert.equal(spec.argv.at(-1), "{connection_file}");
		const logo = readFileSync(join(kernel, "logo-64x64.png"));
		assert.equal(logo.readUInt32BE(16), 64);
		assert.match(
			call("list", ...options).stdout,
			/robust-transfer +TypeScript/,
		);
		assert.equal(call("uninstall", ...options).status, 0);
		assert.ok(!existsSync(kernel));
		assert.equal(call("uninstall", ...options).status, 1);
	}
});

test("a kernel of a name of its own stands beside the other; what cannot start is flagged", () => {
	const kernels = join(folder, "user", "kernels");
	call("install");
	assert.match(
		call("install", "--name", "study-2", "--display-name", "Study 2").stdout,
		/installed "Study 2" in .*study-2/,
	);
	call("install", "--name", "other");
	const read = (name: string) =>
		JSON.parse(readFileSync(join(kernels, name, "kernel.json"), "utf8"));
	assert.equal(read("study-2").display_name, "Study 2");
	assert.equal(read("other").display_name, "TypeScript (other)");
	const argv = ["/nowhere/bin/node", "main.js"];
	for (const [name, dead] of [
		["gone", argv],
		["moved", [process.execPath, "/nowhere/main.js", "{connection_file}"]],
	] as const) {
		mkdirSync(join(kernels, name), { recursive: true });
		writeFileSync(
			join(kernels, name, "kernel.json"),
			JSON.stringify({ argv: dead }),
		);
	}
	const lines = call("list").stdout.split("\n");
	const line = (name: string) =>
		lines.find((one) => one.startsWith(`${name} `)) ?? "";
	assert.match(line("gone"), /cannot start: \/nowhere\/bin\/node is gone/);
	assert.match(line("moved"), /cannot start: \/nowhere\/main\.js is gone/);
	assert.doesNotMatch(line("study-2"), /cannot start/);
	assert.equal(call("uninstall", "--name", "study-2").status, 0);
	assert.ok(existsSync(join(kernels, "robust-transfer")));
	assert.ok(!existsSync(join(kernels, "study-2")));
	assert.match(
		call("install", "--name", "a b").stderr,
		/--name a b: Jupyter takes/,
	);
	const { version } = JSON.parse(
		readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
	);
	assert.equal(call("--version").stdout, `${version}\n`);
});

test("wrong commands explain themselves", () => {
	assert.equal(call("fly").status, 2);
	assert.match(call().stderr, /^usage:/);
	assert.match(
		call("install", "--user", "--prefix", "x").stderr,
		/exclude each other/,
	);
});
