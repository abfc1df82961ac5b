import type { Random } from "../../src/index.js";

const telling = [0, 1, 0x7f, 0x80, 0xff, 0x28, 0x2e, 0x5d, 0x7d, 0x52, 0x51];
const wide = [0, 1, 0xff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

function pick<Item>(random: Random, items: ArrayLike<Item>): Item {
	return items[random.integer(0, items.length)] as Item;
}

type Change = (bytes: Buffer, at: number, random: Random) => Buffer;

const changes: Change[] = [
	(bytes, at, random) => {
		bytes[at] = bytes[at]! ^ (1 << random.integer(0, 8));
		return bytes;
	},
	(bytes, at, random) => {
		bytes[at] = pick(random, telling);
		return bytes;
	},
	(bytes, at, random) => {
		bytes[at] = random.integer(0, 256);
		return bytes;
	},
	(bytes, at, random) => {
		bytes.writeUInt32LE(pick(random, wide), Math.min(at, bytes.length - 4));
		return bytes;
	},
	(bytes, at) => bytes.subarray(0, at),
	(bytes, at, random) =>
		Buffer.concat([
			bytes.subarray(0, at),
			bytes.subarray(at + random.integer(1, 9)),
		]),
	(bytes, at, random) =>
		Buffer.concat([
			bytes.subarray(0, at),
			Buffer.from([pick(random, telling), pick(random, bytes)]),
			bytes.subarray(at),
		]),
	(bytes, at, random) => {
		const end = Math.min(bytes.length, at + random.integer(1, 64));
		const into = random.integer(0, bytes.length);
		return Buffer.concat([
			bytes.subarray(0, into),
			bytes.subarray(at, end),
			bytes.subarray(into),
		]);
	},
];

/** A copy of a file with one to three changes: bits, bytes, counts, cuts, insertions and repetitions. */
export function mutate(original: Uint8Array, random: Random): Buffer {
	let bytes = Buffer.from(original);
	for (let left = random.integer(1, 4); left > 0 && bytes.length > 4; left--)
		bytes = pick(random, changes)(
			bytes,
			random.integer(0, bytes.length),
			random,
		) as typeof bytes;
	return bytes;
}
