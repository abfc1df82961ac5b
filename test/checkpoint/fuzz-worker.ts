/** Reads mutated checkpoints one after another and says in shared memory which one it is at. */
import { readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { CheckpointFile } from "../../src/checkpoint/file.js";
import { readMember, zipMembers } from "../../src/checkpoint/zip.js";
import {
	describeCheckpoint,
	Random,
	readCheckpoint,
	stateDict,
} from "../../src/index.js";
import { CheckpointError } from "../../src/parts.js";
import { torchArchive } from "./archive.js";
import { fixtures } from "./fixtures.js";
import { mutate } from "./mutate.js";

export interface FuzzTask {
	readonly cases: number;
	readonly folder: string;
	/** The case that is being read. */
	readonly at: Int32Array;
}

export interface FuzzReport {
	readonly read: number;
	readonly refused: number;
	/** Cases that ended in neither a value nor a `CheckpointError`. */
	readonly wrong: readonly string[];
	readonly slowestMs: number;
}

const wholeFiles = [
	"dtypes-zip.pth",
	"deflated.pth",
	"dtypes-legacy.pth",
	"layouts-legacy.pth",
	"nested-legacy.pth",
	"robustness-dill.ckpt",
	"old.pth",
	"plain.safetensors",
	"odd/float8.safetensors",
	"odd/beyond-legacy.pt",
	"odd/protocol-1-legacy.pt",
].map((name) => readFileSync(join(fixtures, name)));

interface Archive {
	readonly pickle: Uint8Array;
	readonly storages: Record<string, Uint8Array>;
}

/** Archives whose pickle is changed; they are packed again, so that the checksums are right. */
const archives = await Promise.all(
	[
		"dtypes-zip.pth",
		"layouts-zip.pth",
		"nested-zip.pth",
		"nested-protocol4.pth",
		"odd/beyond.pt",
		"odd/signs-zip.pt",
		"odd/unread.pt",
		"odd/averages.pt",
	].map(async (name): Promise<Archive> => {
		const file = new CheckpointFile(join(fixtures, name));
		const members: [string, Uint8Array][] = [];
		for (const member of zipMembers(file).values())
			members.push([member.name, await readMember(file, member)]);
		file.close();
		const pickle = members.find(([path]) => path.endsWith("/data.pkl"))![1];
		const storages = members
			.filter(([path]) => path.includes("/data/"))
			.map(([path, bytes]) => [path.split("/data/")[1], bytes]);
		return { pickle, storages: Object.fromEntries(storages) };
	}),
);

function pick<Item>(random: Random, items: readonly Item[]): Item {
	return items[random.integer(0, items.length)] as Item;
}

function makeCase(index: number): Buffer {
	const random = new Random("fuzz", index);
	if (random.integer(0, 2) === 0)
		return mutate(pick(random, wholeFiles), random);
	const { pickle, storages } = pick(random, archives);
	return torchArchive(mutate(pickle, random), storages);
}

const { cases, folder, at } = workerData as FuzzTask;
const wrong: string[] = [];
let read = 0;
let refused = 0;
let slowestMs = 0;
for (let index = 0; index < cases; index++) {
	Atomics.store(at, 0, index);
	const path = join(folder, `${index}.pth`);
	writeFileSync(path, makeCase(index));
	const start = performance.now();
	try {
		const checkpoint = await readCheckpoint(path);
		describeCheckpoint(checkpoint);
		stateDict(checkpoint);
		read++;
	} catch (error) {
		if (error instanceof CheckpointError) refused++;
		else wrong.push(`case ${index}: ${(error as Error).stack}`);
	}
	slowestMs = Math.max(slowestMs, performance.now() - start);
	unlinkSync(path);
}
const report: FuzzReport = { read, refused, wrong, slowestMs };
parentPort?.postMessage(report);
