import type { ByteStream } from "./byte-stream.js";
import { quote } from "./error.js";
import type { CheckpointFile } from "./file.js";
import { interpret } from "./interpret.js";
import type { PersistentId } from "./pickled.js";
import { StorageTable } from "./storage.js";
import { unpickle } from "./unpickle.js";
import type { Storage, Value } from "./value.js";

/** A file of `torch.save`, of which the pickle has been read and the bytes of tensors not yet. */
export interface Container {
	readonly root: Value;
	readonly byteOrder: "LE" | "BE";
	/** Reads all bytes of a storage that is no part of another. */
	readStorage(storage: Storage): Promise<Uint8Array>;
}

/** Reads the pickle of a whole checkpoint, and which storages it refers to. */
export function readRoot(
	file: CheckpointFile,
	stream: ByteStream,
): { root: Value; storages: StorageTable } {
	const references: PersistentId[] = [];
	const pickled = unpickle(stream, references);
	const fail = (problem: string) => file.error(problem);
	const storages = new StorageTable(references, fail);
	const claim = (bytes: number) => file.claim(bytes);
	return { root: interpret(pickled, { storages, claim, fail }), storages };
}

/** The error where a storage has not the size that the tensors in it were saved with. */
export function wrongSize(
	file: CheckpointFile,
	storage: Storage,
	bytes: number,
): Error {
	return file.error(
		`storage ${quote(storage.key)} has ${bytes} bytes where its tensors say ${storage.bytes}: the file is corrupt`,
	);
}
