import type { CheckpointFile } from "./file.js";

/** How the tensors of a file are packed. */
export type ContainerName = "zip" | "legacy" | "safetensors";

/** What begins, in latin1, what is no checkpoint itself, and what to do about it. */
const others: readonly (readonly [start: string, advice: string])[] = [
	["\x1f\x8b", "compressed by gzip: unpack it first, as gunzip does"],
	["BZh", "compressed by bzip2: unpack it first, as bunzip2 does"],
	["\xfd7zXZ\0", "compressed by xz: unpack it first, as unxz does"],
	["\x28\xb5\x2f\xfd", "compressed by zstd: unpack it first, as unzstd does"],
	["\x04\x22\x4d\x18", "compressed by lz4: unpack it first, as unlz4 does"],
	["7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first, as 7z x does"],
	["Rar!", "a RAR archive: unpack it first, as unrar does"],
	[
		"\x89HDF",
		"an HDF5 file, of Keras perhaps: save its arrays as .safetensors",
	],
	["\x93NUMPY", "a NumPy array: save it as .safetensors"],
];

/** The magic number of torch.save as protocols 0 and 1 write it. */
const legacyNumber = "L119547037146038801333356L\n";

/** The members of the tar archives of PyTorch before 0.1.10. */
const oldMembers = ["sys_info", "pickle", "storages", "tensors", ""];

function tarProblem(head: string): string {
	const [member = ""] = head.slice(0, 100).split("\0", 1);
	return oldMembers.includes(member.replace(/^\.\//, ""))
		? "is a tar archive, as PyTorch before 0.1.10 wrote: load it with PyTorch and save it again"
		: `is a tar archive around ${JSON.stringify(member)}: unpack it first, as tar -x does`;
}

/** Tells by its beginning how a file is packed; throws, naming what it is, where it is no checkpoint. */
export function detect(file: CheckpointFile): ContainerName {
	if (file.size === 0) throw file.error("is empty");
	const bytes = file.read(0, Math.min(file.size, 512), "its beginning");
	const head = Buffer.from(bytes).toString("latin1");
	if (head.startsWith("PK\x03\x04")) return "zip";
	// First this one: the length of its header can begin with any byte.
	if (head[8] === "{") return "safetensors";
	if (head[0] === "\x80" || head.startsWith(legacyNumber)) return "legacy";
	if (head.slice(257, 262) === "ustar") throw file.error(tarProblem(head));
	const known = others.find(([start]) => head.startsWith(start));
	if (known) throw file.error(`is ${known[1]}`);
	if (/^\s*<|^version https:\/\/git-lfs/.test(head))
		throw file.error(
			"is text, the page or pointer that stood for the file: fetch it again",
		);
	throw file.error(
		"is no checkpoint: it begins neither like a zip archive, nor like a pickle, nor like .safetensors",
	);
}
