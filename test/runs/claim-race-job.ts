/** Adds one to a published number again and again, under a claim, until it is told to end; writes down each number that it made. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Random } from "../../src/random.js";

const [folder = "", host = "", lifeOf = ""] = process.argv.slice(2);
// Each of a few machines runs several of these.
os.hostname = () => host;
syncBuiltinESMExports();

const { withClaim } = await import("../../src/runs/claim.js");
const { lease } = await import("../../src/runs/lease.js");
const { writeWhole } = await import("../../src/runs/whole-file.js");

lease.milliseconds = 300;
const random = new Random("claim race", lifeOf);
const [shared, own] = [join(folder, "number"), join(folder, `made-${lifeOf}`)];

async function addSome(): Promise<void> {
	const updates = random.integer(1, 8);
	for (let i = 0; i < updates; i++) {
		const number = Number(readFileSync(shared, "utf8")) + 1;
		await delay(random.uniform(0, 4));
		writeWhole(shared, String(number));
		appendFileSync(own, `${number}\n`);
	}
}

while (!existsSync(join(folder, "end"))) {
	try {
		await withClaim(folder, addSome);
		await delay(random.uniform(0, 10));
	} catch (error) {
		const { message } = error as Error;
		if (!/is writing the run|has taken over the run/.test(message)) throw error;
		if (message.includes("has taken over")) appendFileSync(own, "lost\n");
		await delay(random.uniform(0, 10));
	}
}
