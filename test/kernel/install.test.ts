import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
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

test("wrong commands explain themselves", () => {
	assert.equal(call("fly").status, 2);
	assert.match(call().stderr, /^usage:/);
	assert.match(
		call("install", "--user", "--prefix", "x").stderr,
		/exclude each other/,
	);
});
