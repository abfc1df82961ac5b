import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { isLiving, markOf } from "../../src/runs/process-mark.js";

test("a process lives until it is gone, and a later one of its id is another", () => {
	const own = markOf(process.pid);
	assert.ok(isLiving(own));
	if (own.began !== "")
		assert.ok(!isLiving({ ...own, began: "long before all processes" }));
	assert.ok(!isLiving({ pid: 2 ** 22 + 1, began: own.began }));
});

const skip =
	!existsSync("/proc/self/stat") && "only Linux says so in files of /proc";

test("a process that has ended, and whose parent has not asked how, is gone", {
	skip,
}, async () => {
	// The shell becomes another program, which never asks.
	const parent = spawn("sh", ["-c", "sleep 0.5 & echo $!; exec sleep 60"]);
	try {
		const [text] = (await once(parent.stdout, "data")) as [Buffer];
		const pid = Number(text.toString());
		const state = () =>
			readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0];
		while (state() !== "Z") await delay(10);
		assert.ok(!isLiving(markOf(pid)));
	} finally {
		parent.kill("SIGKILL");
	}
});
