import { ByteStream } from "./byte-stream.js";
import { type Container, readRoot, wrongSize } from "./container.js";
import { quote } from "./error.js";
import type { CheckpointFile } from "./file.js";
import { readMember, type ZipMember, zipMembers } from "./zip.js";

/** The folder that everything in the archive lies in; throws where PyTorch did not write it. */
function archiveFolder(
	file: CheckpointFile,
	members: ReadonlyMap<string, ZipMember>,
): string {
	const pickle = [...members.keys()].find((name) =>
		/^[^/]*\/data\.pkl$/.test(name),
	);
	if (pickle === undefined)
		throw file.error(
			`is a zip archive but not one that PyTorch wrote: it has no data.pkl, only ${[...members.keys()].slice(0, 3).map(quote).join(", ") || "nothing"}; unpack it if the weights are inside`,
		);
	const folder = pickle.slice(0, -"data.pkl".length);
	if (members.has(`${folder}constants.pkl`))
		throw file.error(
			"is a TorchScript program, not weights: load it with torch.jit.load and save its state_dict",
		);
	return folder;
}

/**
 * Opens what PyTorch 1.6 and later write: a zip archive with a pickle and one member per storage.
 *
 * Source: torch/serialization.py, `_load`.
 */
export async function openZip(file: CheckpointFile): Promise<Container> {
	const members = zipMembers(file);
	const folder = archiveFolder(file, members);
	const read = async (name: string): Promise<Uint8Array> => {
		const member = members.get(folder + name);
		if (member) return readMember(file, member);
		throw file.error(
			`has no member ${quote(folder + name)}, which its pickle refers to: it is corrupt`,
		);
	};
	const pickle = await read("data.pkl");
	const stream = new ByteStream({
		read: (position, length) => pickle.subarray(position, position + length),
		start: 0,
		end: pickle.length,
		fail: (problem) => file.error(problem),
	});
	const { root } = readRoot(file, stream);
	const big =
		members.has(`${folder}byteorder`) &&
		Buffer.from(await read("byteorder")).toString("latin1") === "big";
	return {
		root,
		byteOrder: big ? "BE" : "LE",
		async readStorage(storage) {
			const bytes = await read(`data/${storage.key}`);
			if (bytes.length !== storage.bytes)
				throw wrongSize(file, storage, bytes.length);
			return bytes;
		},
	};
}
