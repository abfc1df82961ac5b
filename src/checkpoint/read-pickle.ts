import { ByteStream } from "./byte-stream.js";
import { readRoot } from "./container.js";
import { quote } from "./error.js";
import { CheckpointFile } from "./file.js";
import type { Checkpoint, ReadOptions } from "./read.js";
import { split } from "./split.js";
import type { NamedTensor } from "./tensor.js";
import { StoredArray } from "./value.js";

/**
 * Reads a plain pickle, of Python 2 or 3, with NumPy arrays in it, such as a batch of CIFAR-10.
 *
 * As in `readCheckpoint`, nothing in the file is ever run. Throws a `CheckpointError` where the file is
 * missing, truncated, corrupt or holds tensors, whose bytes lie outside of a plain pickle.
 */
export function readPickle(
	path: string,
	{ maxBytes }: Pick<ReadOptions, "maxBytes"> = {},
): Pick<Checkpoint, "tensors" | "other"> {
	const file = new CheckpointFile(path, maxBytes);
	try {
		const stream = new ByteStream({
			read: (position, length) => file.read(position, length, "its pickle"),
			start: 0,
			end: file.size,
			fail: (problem) => file.error(problem),
		});
		const { tensors, unread, other } = split(readRoot(file, stream).root, file);
		for (const [name, kind] of unread)
			throw file.error(`holds the tensor ${quote(name)}, which is ${kind}`);
		const arrays = [...tensors].map(([name, stored]): [string, NamedTensor] => {
			if (stored instanceof StoredArray) return [name, stored.tensor];
			throw file.error(
				`holds the tensor ${quote(name)} without its bytes: read it with readCheckpoint`,
			);
		});
		return { tensors: Object.fromEntries(arrays), other };
	} finally {
		file.close();
	}
}
