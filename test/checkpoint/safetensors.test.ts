import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
	CheckpointError,
	type NamedTensors,
	readCheckpoint,
	writeSafetensors,
} from "../../src/index.js";
import { fixtures, scratch, summary } from "./fixtures.js";

function written(header: unknown, data: Uint8Array = new Uint8Array(0)) {
	const json = typeof header === "string" ? header : JSON.stringify(header);
	const length = Buffer.alloc(8);
	length.writeBigUInt64LE(BigInt(Buffer.byteLength(json)));
	return Buffer.concat([length, Buffer.from(json), data]);
}

test("what is written is read back, in every element type", async (context) => {
	const path = join(scratch(context), "all.safetensors");
	const { tensors } = await readCheckpoint(join(fixtures, "dtypes-zip.pth"));
	const layouts = (await readCheckpoint(join(fixtures, "layouts-zip.pth")))
		.tensors;
	const all: NamedTensors = { ...tensors, ...layouts };
	writeSafetensors(path, all, { epoch: "3", note: "größe" });
	const checkpoint = await readCheckpoint(path);
	assert.deepEqual(checkpoint.metadata, { epoch: "3", note: "größe" });
	assert.deepEqual(
		Object.fromEntries(
			Object.entries(checkpoint.tensors).map(([k, t]) => [k, summary(t)]),
		),
		Object.fromEntries(Object.entries(all).map(([k, t]) => [k, summary(t)])),
	);
});

test("each tensor is written at a multiple of its element size, in the format's layout", async (context) => {
	const path = join(scratch(context), "layout.safetensors");
	writeSafetensors(path, {
		byte: { dtype: "uint8", shape: [3], data: new Uint8Array([1, 2, 3]) },
		wide: { dtype: "float64", shape: [], data: new Float64Array([0.5]) },
		half: { dtype: "float16", shape: [1], data: new Uint16Array([0x3c00]) },
	});
	const bytes = readFileSync(path);
	const length = Number(bytes.readBigUInt64LE());
	assert.equal(length % 8, 0);
	assert.deepEqual(JSON.parse(bytes.toString("utf8", 8, 8 + length)), {
		wide: { dtype: "F64", shape: [], data_offsets: [0, 8] },
		half: { dtype: "F16", shape: [1], data_offsets: [8, 10] },
		byte: { dtype: "U8", shape: [3], data_offsets: [10, 13] },
	});
	assert.equal(bytes.readDoubleLE(8 + length), 0.5);
	assert.equal(bytes.length, 8 + length + 13);
});

test("a header whose length begins like a pickle is read", async (context) => {
	const path = join(scratch(context), "length.safetensors");
	const header = { x: { dtype: "U8", shape: [1], data_offsets: [0, 1] } };
	const json = JSON.stringify(header).padEnd(0x80);
	writeFileSync(path, written(json, new Uint8Array([7])));
	const { tensors } = await readCheckpoint(path);
	assert.deepEqual(tensors.x?.data, new Uint8Array([7]));
});

test("a write that fails leaves the old file and nothing beside it", async (context) => {
	const folder = scratch(context);
	const path = join(folder, "kept.safetensors");
	const good: NamedTensors = {
		x: { dtype: "float32", shape: [1], data: new Float32Array(1) },
	};
	writeSafetensors(path, good);
	const broken = { ...good, y: { ...good.x!, data: null as never } };
	assert.throws(() => writeSafetensors(path, broken));
	const short = { x: { ...good.x!, shape: [2] } };
	assert.throws(
		() => writeSafetensors(path, short),
		/x has 1 elements.*says 2/,
	);
	assert.deepEqual(readdirSync(folder), ["kept.safetensors"]);
	assert.deepEqual(Object.keys((await readCheckpoint(path)).tensors), ["x"]);
});

test("a header that does not fit the file is refused", async (context) => {
	const entry = (begin: number, end: number, shape = [1]) => ({
		dtype: "F32",
		shape,
		data_offsets: [begin, end],
	});
	const cases: [Buffer, RegExp][] = [
		[written("{"), /not JSON/],
		[written(`{"a":${"[".repeat(1e5)}`), /not JSON/],
		[written({ x: { ...entry(0, 4), dtype: "F8_E4M3" } }), /F8_E4M3.*F64, F32/],
		[written({ x: entry(0, 8) }), /does not fit its bytes/],
		[written({ x: entry(0, 4, [-1]) }), /does not fit its bytes/],
		[written({ x: null }), /element type/],
		[
			written(`{"x":{"dtype":${"[".repeat(1e5)}${"]".repeat(1e5)}}}`),
			/element type of no name/,
		],
		[written({ x: entry(0, 4), y: entry(2, 6) }), /overlap/],
		[written({ x: entry(4, 8) }), /gap/],
		[written({ x: entry(0, 4) }), /should have/],
		[written({ x: entry(0, 4) }, new Uint8Array(5)), /should have/],
		[written({ __metadata__: { a: 1 } }), /metadata/],
		[Buffer.from("\xff\xff\xff\0\0\0\0\0{}", "latin1"), /header of 16777215/],
	];
	for (const [bytes, problem] of cases) await refused(context, bytes, problem);
});

async function refused(
	context: TestContext,
	bytes: Buffer,
	problem: RegExp,
): Promise<void> {
	const path = join(scratch(context), "made.safetensors");
	writeFileSync(path, bytes);
	await assert.rejects(readCheckpoint(path), (error) => {
		assert.ok(error instanceof CheckpointError, String(error));
		assert.match(error.problem, problem);
		return true;
	});
}
