import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { bytesOf, type NamedTensor } from "../../src/checkpoint/tensor.js";
import { sharedData } from "../shared-data.js";

/** The folder of small checkpoints that PyTorch wrote, with the script that made them. */
export const fixtures = fileURLToPath(
	new URL("../../../test/fixtures/checkpoint/", import.meta.url),
);

const published = sharedData("data/checkpoints");

/** Published checkpoints; undefined where they are not on this machine. */
export const real = published.skip ? undefined : published.path;

const odd = sharedData("data/odd");

/** Small files that a reader must survive; undefined where they are not on this machine. */
export const oddData = odd.skip ? undefined : odd.path;

export interface ExpectedTensor {
	readonly dtype: string;
	readonly shape: number[];
	readonly sha256: string;
}

export interface ExpectedFile {
	readonly container: string;
	readonly tensors: Record<string, ExpectedTensor>;
	readonly others: Record<string, unknown>;
}

export interface Expected {
	readonly files: Record<string, ExpectedFile>;
	readonly float32: Record<string, number[][] | number[]>;
	readonly special: string[];
}

export function readJson<Value>(path: string): Value {
	return JSON.parse(readFileSync(path, "utf8"));
}

/** What PyTorch says of the fixtures. */
export const expected = readJson<Expected>(join(fixtures, "expected.json"));

/** A tensor as the expectations have it: the hash is of its little-endian bytes. */
export function summary({ dtype, shape, data }: NamedTensor): ExpectedTensor {
	const sha256 = createHash("sha256").update(bytesOf(data)).digest("hex");
	return { dtype, shape: [...shape], sha256 };
}

/** An empty folder that is gone after the test. */
export function scratch(context: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), "checkpoint-"));
	context.after(() => rmSync(folder, { recursive: true }));
	return folder;
}
