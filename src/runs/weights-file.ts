import { createHash } from "node:crypto";
import { readCheckpoint } from "../checkpoint/read.js";
import { bytesOf, type NamedTensors } from "../checkpoint/tensor.js";
import { safetensorsWriter } from "../checkpoint/write-safetensors.js";
import { publishFile } from "./publish-file.js";
import { writing } from "./storage-error.js";

/** SHA-256 of names, shapes and values, whatever the order of the tensors. */
export function hashOfTensors(tensors: NamedTensors): string {
	const hash = createHash("sha256");
	for (const name of Object.keys(tensors).sort()) {
		const { dtype, shape, data } = tensors[name] as NamedTensors[string];
		hash.update(JSON.stringify([name, dtype, shape])).update(bytesOf(data));
	}
	return hash.digest("hex");
}

/** Writes tensors whole, with their hash and other text beside them. */
export function writeWeights(
	path: string,
	tensors: NamedTensors,
	metadata: Readonly<Record<string, string>>,
): void {
	const sha256 = hashOfTensors(tensors);
	const write = safetensorsWriter(tensors, { ...metadata, sha256 });
	writing(path, () => publishFile(path, write));
}

/** The hash that `writeWeights` wrote beside tensors, which only `readWeights` compares with them. */
export async function savedHash(path: string): Promise<string> {
	const { metadata } = await readCheckpoint(path, { only: () => false });
	const { sha256 } = metadata;
	if (sha256 !== undefined) return sha256;
	throw new Error(
		`${path} is damaged: it does not say what its values were when they were written`,
	);
}

/** Reads what `writeWeights` wrote; throws, saying what to do, where the file is not as it was written. */
export async function readWeights(
	path: string,
	advice: string,
): Promise<{
	readonly tensors: NamedTensors;
	readonly metadata: Readonly<Record<string, string>>;
}> {
	try {
		const { tensors, metadata } = await readCheckpoint(path);
		if (metadata.sha256 !== hashOfTensors(tensors))
			throw new Error(`${path} is damaged: its values are not those written`);
		return { tensors, metadata };
	} catch (error) {
		throw new Error(`${(error as Error).message}; ${advice}`, { cause: error });
	}
}
