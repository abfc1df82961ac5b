import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ByteStream } from "../../src/checkpoint/byte-stream.js";
import { interpret } from "../../src/checkpoint/interpret.js";
import type { PersistentId } from "../../src/checkpoint/pickled.js";
import { StorageTable } from "../../src/checkpoint/storage.js";
import { unpickle } from "../../src/checkpoint/unpickle.js";
import { readCheckpoint } from "../../src/index.js";
import {
	type Checkpoint,
	CheckpointError,
	PythonObject,
} from "../../src/parts.js";
import { latin1, type Packing, pickledText, torchArchive } from "./archive.js";
import { scratch } from "./fixtures.js";

function write(
	context: TestContext,
	pickle: string | Uint8Array,
	{
		storages = {},
		...packing
	}: Packing & {
		storages?: Record<string, Uint8Array>;
	} = {},
): string {
	const path = join(scratch(context), "made.pth");
	writeFileSync(path, torchArchive(pickle, storages, packing));
	return path;
}

function read(
	context: TestContext,
	pickle: string,
	storages?: Record<string, Uint8Array>,
): Promise<Checkpoint> {
	return readCheckpoint(write(context, pickle, { storages }));
}

async function refused(path: string, problem: RegExp): Promise<void> {
	await assert.rejects(readCheckpoint(path), (error) => {
		assert.ok(error instanceof CheckpointError, String(error));
		assert.match(error.problem, problem);
		return true;
	});
}

test("the operations of protocol 0 are read", async (context) => {
	const pickle =
		"(dp0\nS'int'\np1\nI42\nsS'long'\nL-7L\nsS'yes'\nI01\nsS'float'\nF2.5\nsVu\\u00e9\\n\n(lp2\nI1\naF-inf\nasS'again'\ng2\nsS'tuple'\n(I1\nI2\nts.";
	const { other } = await read(context, pickle);
	assert.deepEqual(other, {
		int: 42,
		long: -7,
		yes: true,
		float: 2.5,
		"ué\n": [1, -Infinity],
		again: [1, -Infinity],
		tuple: [1, 2],
	});
});

test("old and new ways to make an object all give an inert one", async (context) => {
	const made =
		"\x80\x04((K\x01ios\nsystem\n(cos\nsystem\nK\x02o\x8c\x02os\x8c\x06system\x93K\x03\x85R\x8c\x02os\x8c\x06system\x93K\x04\x85\x81cos\nsystem\n)}\x92l.";
	const { other } = await read(context, made);
	assert.ok(Array.isArray(other));
	assert.equal(other.length, 5);
	for (const item of other) {
		assert.ok(item instanceof PythonObject);
		assert.equal(item.className, "os.system");
	}
});

const rebuilt = (dtype: string, key: string): string =>
	`ctorch._utils\n_rebuild_tensor_v3\n((${pickledText("storage")}ctorch.storage\nUntypedStorage\n${pickledText(key)}${pickledText("cpu")}K\x08tQK\x01K\x03\x85K\x01\x85\x89)ctorch\n${dtype}\ntR`;

test("unsigned integers of later PyTorch are read, element types it alone knows are named", async (context) => {
	const bytes = new Uint8Array(new Uint16Array([1, 2, 65535, 4]).buffer);
	const pickle = `\x80\x02(${rebuilt("uint16", "0")}${rebuilt("bits1x8", "0")}l.`;
	const { tensors, unread } = await read(context, pickle, { 0: bytes });
	assert.deepEqual(tensors, {
		0: { dtype: "uint16", shape: [3], data: new Uint16Array([2, 65535, 4]) },
	});
	assert.deepEqual(unread, { 1: "of the element type torch.bits1x8" });
});

test("a tensor of a class of its own is named by what makes it", async (context) => {
	const args = `(cmy.code\nfrom_parts\nctorch\nTensor\n(K\x01tNt`;
	const pickle = `\x80\x02ctorch._tensor\n_rebuild_from_type_v2\n${args}R.`;
	const { unread } = await read(context, pickle);
	assert.deepEqual(unread, { tensor: "made by my.code.from_parts" });
});

test("a storage of an unknown class leaves the other tensors readable", async (context) => {
	const storages = { 0: new Uint8Array(8) };
	const typed = `ctorch._utils\n_rebuild_tensor_v2\n((${pickledText("storage")}ctorch\nBits7Storage\n${pickledText("1")}${pickledText("cpu")}K\x02tQK\0K\x02\x85K\x01\x85\x89)tR`;
	const pickle = `\x80\x02(${rebuilt("uint16", "0")}${typed}l.`;
	const { tensors, unread } = await read(context, pickle, storages);
	assert.deepEqual(Object.keys(tensors), ["0"]);
	assert.deepEqual(unread, { 1: "of the element type Bits7Storage" });
});

test("bits of sign that a tensor cannot have are refused", async (context) => {
	const storages = { 0: new Uint8Array(8) };
	for (const [dtype, bit] of [
		["bool", "neg"],
		["float8_e8m0fnu", "neg"],
		["int16", "conj"],
	] as const) {
		const plain = rebuilt(dtype, "0");
		const metadata = `}${pickledText(bit)}\x88s`;
		const made = plain.replace(/tR$/, `${metadata}tR`);
		await refused(
			write(context, `\x80\x02${made}.`, { storages }),
			/negated or conjugated/,
		);
	}
});

test("sizes beyond 32 bits and compressed members are read", async (context) => {
	const storages = { 0: new Uint8Array(8) };
	const pickle = `\x80\x02${rebuilt("uint16", "0")}.`;
	for (const packing of [{ zip64: true }, { deflate: true }])
		assert.deepEqual(
			(await readCheckpoint(write(context, pickle, { storages, ...packing })))
				.tensors.tensor?.data,
			new Uint16Array(3),
		);
});

test("names that mean something to JavaScript are only names", async (context) => {
	const proto = pickledText("__proto__");
	const { other } = await read(context, `\x80\x02}${proto}}${proto}K\x01ss.`);
	assert.deepEqual(Object.keys(other as object), ["__proto__"]);
	assert.equal(Object.getPrototypeOf(other), Object.prototype);
	const global = `\x80\x02c__proto__\nconstructor\n)R.`;
	await refused(
		write(context, global),
		/object of class "__proto__.constructor"/,
	);
});

test("nesting, sharing and repetition are bounded", async (context) => {
	const deep = `\x80\x02${"]".repeat(1e5)}${"a".repeat(1e5 - 1)}.`;
	await refused(write(context, deep), /nested more than/);
	await refused(write(context, "\x80\x02]q\0h\0a."), /contains itself/);
	await refused(write(context, "\x80\x02]q\0h\0\x85a."), /contains itself/);
	// Each list holds the one before twice: 2^40 paths.
	const doubled = Array.from({ length: 40 }, () => "]q\0(h\x01h\x01eq\x01");
	const withTensor = `\x80\x02(${rebuilt("uint16", "0")}lq\x01${doubled.join("")}.`;
	await refused(
		write(context, withTensor, { storages: { 0: new Uint8Array(8) } }),
		/more than 1000000 entries/,
	);
	// Without a tensor, what is beyond the million is passed over.
	const { other } = await read(context, `\x80\x02]q\x01${doubled.join("")}.`);
	const text = JSON.stringify(other);
	assert.ok(text.length < 2e7 && text.includes('"builtins.list"'));
	const ordered = "ccollections\nOrderedDict\nh\0\x85R";
	const pairs = `(${"]q\0(".concat("K\x01K\x02\x86".repeat(2000))}e`;
	await refused(
		write(context, `\x80\x02${pairs}${ordered.repeat(2000)}l.`),
		/needs more than/,
	);
	const dictionaries = Buffer.alloc(4e6, "}");
	dictionaries.write("\x80\x02", "latin1");
	await refused(write(context, dictionaries), /more objects than/);
});

/** Understands a pickle and throws where more bytes are copied out of it than agreed. */
function understand(pickle: Uint8Array, mostBytes: number): void {
	const fail = (problem: string) => new Error(problem);
	const stream = new ByteStream({
		read: (position, length) => pickle.subarray(position, position + length),
		start: 0,
		end: pickle.length,
		fail,
	});
	let copied = 0;
	const claim = (bytes: number) => {
		copied += bytes;
		assert.ok(copied <= mostBytes, `${copied} bytes are copied`);
	};
	const references: PersistentId[] = [];
	const pickled = unpickle(stream, references);
	interpret(pickled, {
		storages: new StorageTable(references, fail),
		claim,
		fail,
	});
}

test("what a few bytes repeat at length is bounded too", async (context) => {
	const long = (text: string) => {
		const length = Buffer.alloc(4);
		length.writeUInt32LE(text.length);
		return `X${length.toString("latin1")}${text}q\0`;
	};
	const text = long("x".repeat(2e6));
	const many = (operations: string) => operations.repeat(2e5);
	for (const [pickle, problem] of [
		[`(${many("c_codecs\nencode\nh\0\x85R")}`, /needs more than/],
		[`(${many("cnumpy.core.multiarray\nscalar\nNh\0\x86R")}`, undefined],
		[`(${many("h\0h\0\x93")}`, /more objects/],
		[`(${many("ca\nb\n(K\x01K\x02K\x03th\0\x86}\x92")}`, undefined],
	] as const) {
		const whole = latin1(`\x80\x04${text}${pickle}l.`);
		if (problem) await refused(write(context, whole), problem);
		else understand(whole, 1e6);
	}
	const items = `](${"K\x01".repeat(1e5)}tq\x01`;
	const keywords = many("ca\nb\nh\x01}\x92");
	await refused(
		write(context, latin1(`\x80\x04${items}(${keywords}l.`)),
		/more objects/,
	);
	const doubled = Array.from({ length: 40 }, () => "h\x01h\x01\x86q\x01");
	const device = `ctorch\ndevice\nh\x01R`;
	const shared = `\x80\x02)q\x01${doubled.join("")}](${device}e.`;
	understand(latin1(shared), 0);
	assert.ok((await read(context, shared)).other);
});

test("a long pickle may hold as much as its bytes, a short one not much more", async (context) => {
	// Of five bytes each, and more than a short pickle may take.
	const numbers = Buffer.alloc(5 * 23e6);
	for (let at = 0; at < numbers.length; at += 5) numbers[at] = 0x4a;
	const pickle = Buffer.concat([latin1("\x80\x02]("), numbers, latin1("e.")]);
	const { other } = await readCheckpoint(write(context, pickle));
	assert.ok(other instanceof PythonObject);
});

test("an expanded tensor that would fill the memory is refused, unless allowed", async (context) => {
	const pickle = `\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((${pickledText("storage")}ctorch\nByteStorage\n${pickledText("0")}${pickledText("cpu")}K\x01tQK\0J\0\0\0\x06\x85K\0\x85\x89)tR.`;
	const path = write(context, pickle, { storages: { 0: new Uint8Array(1) } });
	await refused(path, /needs more than 64 MiB.*maxBytes/);
	const { tensors } = await readCheckpoint(path, { maxBytes: 2 ** 28 });
	assert.equal(tensors.tensor?.data.length, 0x06000000);
});

test("a compressed member larger than it says, or than agreed, is refused", async (context) => {
	const zeros = { storages: { 0: new Uint8Array(2 ** 20) }, deflate: true };
	const pickle = `\x80\x02${rebuilt("uint8", "0")}.`;
	await refused(
		write(context, pickle, { ...zeros, size: 40 }),
		/decompress|says 40/,
	);
	await refused(
		write(context, pickle, { ...zeros, size: 2 ** 31 }),
		/needs more than/,
	);
	await refused(write(context, pickle, { ...zeros, crc: 1 }), /checksum/);
});

test("a tensor outside its storage, and two accounts of one storage, are refused", async (context) => {
	const storages = { 0: new Uint8Array(8) };
	const tensor = (count: string, offset: string, shape = "K\x02") =>
		`ctorch._utils\n_rebuild_tensor_v2\n((${pickledText("storage")}ctorch\nFloatStorage\n${pickledText("0")}${pickledText("cpu")}${count}tQ${offset}${shape}\x85K\x01\x85\x89)tR`;
	const refusedTensor = (tensors: string, problem: RegExp) =>
		refused(write(context, `\x80\x02(${tensors}l.`, { storages }), problem);
	const two = "K\x02";
	await refusedTensor(tensor(two, "K\x01"), /"0" needs 12 bytes.*has 8/);
	await refusedTensor(tensor("K\x09", "K\0"), /has 8 bytes.*say 36/);
	await refusedTensor(tensor(two, "J\xff\xff\xff\xff"), /malformed offset/);
	await refusedTensor(
		tensor(two, "K\0", "J\xff\xff\xff\xff"),
		/malformed offset/,
	);
	await refusedTensor(
		tensor(two, "K\0") + tensor("K\x03", "K\0"),
		/both that it has 8 bytes and that it has 12/,
	);
	await refused(
		write(context, `\x80\x02${tensor(two, "K\0")}.`),
		/no member "archive\/data\/0"/,
	);
});

test("malformed pickles are refused", async (context) => {
	const cases: [string, RegExp][] = [
		["", /breaks off/],
		["\x80\x02.", /empty stack/],
		["\x80\x02\xff.", /unknown operation 0xff/],
		["\x80\x02h\x05.", /recalls value 5/],
		["\x80\x02e.", /before its first mark/],
		["\x80\x02K\x01K\x02a.", /appends to no list/],
		["\x80\x02](K\x01u.", /no dictionary/],
		["\x80\x02K\x01)R.", /not a function/],
		["\x80\x02]}b.", /state of what has none/],
		["\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xffx.", /breaks off/],
		["\x80\x02\x8b\0\0\x01\0.", /integer of 65536 bytes/],
		["\x80\x05\x97.", /buffers that are not in the file/],
		["\x80\x02\x82\x01.", /extension registry/],
		["Iabc\n.", /without digits/],
	];
	for (const [pickle, problem] of cases)
		await refused(write(context, latin1(pickle)), problem);
});
