import { ByteStream } from "./byte-stream.js";
import { type Container, readRoot, wrongSize } from "./container.js";
import { quote } from "./error.js";
import type { CheckpointFile } from "./file.js";
import type { StorageTable } from "./storage.js";
import { unpickle } from "./unpickle.js";

const magicNumber = 0x1950a86a20f9469cfc6cn;
const protocolVersion = 1001;
const countBytes = 8;

/** Reads the list of storages, and where each begins: with its count, then its bytes. */
function storagePositions(
	file: CheckpointFile,
	stream: ByteStream,
	storages: StorageTable,
): Map<string, number> {
	const keys = unpickle(stream);
	if (!Array.isArray(keys))
		throw file.error("has no list of its storages: it is corrupt");
	const positions = new Map<string, number>();
	let position = stream.position;
	for (const key of keys) {
		const storage = typeof key === "string" ? storages.get(key) : undefined;
		if (!storage)
			throw file.error(
				"has the bytes of a storage that no tensor refers to: it is corrupt",
			);
		if (storage.elementBytes === 0)
			throw file.error(
				`has a storage of the unknown type ${quote(storage.type)}, behind which nothing can be found`,
			);
		positions.set(storage.key, position);
		position += countBytes + storage.bytes;
	}
	if (position > file.size)
		throw file.error(
			`should have ${position} bytes but has ${file.size}: it is truncated or corrupt`,
		);
	return positions;
}

/**
 * Opens what PyTorch 0.1.10 to 1.5 wrote: five pickles, then the little-endian bytes of each storage.
 *
 * Source: torch/serialization.py, `_legacy_load`.
 */
export function openLegacy(file: CheckpointFile): Container {
	const stream = new ByteStream({
		read: (position, length) => file.read(position, length, "a pickle"),
		start: 0,
		end: file.size,
		fail: (problem) => file.error(problem),
	});
	if (unpickle(stream) !== magicNumber)
		throw file.error(
			"is a pickle that torch.save did not write: save the weights with torch.save or as .safetensors",
		);
	if (unpickle(stream) !== protocolVersion)
		throw file.error(
			`is not of protocol ${protocolVersion}, the only one there is: it is corrupt`,
		);
	// What the writing machine was like; the bytes are little-endian wherever they were written.
	unpickle(stream);
	const { root, storages } = readRoot(file, stream);
	const positions = storagePositions(file, stream, storages);
	return {
		root,
		byteOrder: "LE",
		async readStorage(storage) {
			const what = `storage ${quote(storage.key)}`;
			const position = positions.get(storage.key);
			if (position === undefined)
				throw file.error(`has no bytes of ${what}: it is corrupt`);
			const length = countBytes + storage.bytes;
			const bytes = await file.readAside(position, length, what);
			const count = Number(new DataView(bytes).getBigInt64(0, true));
			if (count * storage.elementBytes !== storage.bytes)
				throw wrongSize(file, storage, count * storage.elementBytes);
			return new Uint8Array(bytes, countBytes);
		},
	};
}
