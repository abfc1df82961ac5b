import assert from "node:assert/strict";
import fs, { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { runInNewContext } from "node:vm";
import { readCheckpoint, writeSafetensors } from "../../src/index.js";
import { CheckpointError, type NamedTensors } from "../../src/parts.js";
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
	const odd = await readCheckpoint(join(fixtures, "odd/float8.safetensors"));
	const all: NamedTensors = { ...tensors, ...layouts, ...odd.tensors };
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

test("what the format cannot hold is refused by its name", async (context) => {
	const folder = scratch(context);
	const path = join(folder, "none.safetensors");
	const x = {
		dtype: "float32",
		shape: [2],
		data: new Float32Array(2),
	} as const;
	const cases: [unknown, RegExp][] = [
		[{ x: { ...x, dtype: "int32" } }, /x is int32: .*Int32Array, not Float32A/],
		[{ x: { ...x, data: [1, 2] } }, /x is float32: .*not Array/],
		[
			{ x: { ...x, data: new Uint8Array(8) } },
			/x is float32: .*not Uint8Array/,
		],
		[{ x: { ...x, shape: [-1, -2] } }, /x has the shape \[-1,-2\]/],
		[{ x: { ...x, shape: [0.5, 4] } }, /x has the shape \[0\.5,4\]/],
		[{ x: { ...x, shape: undefined } }, /x has the shape undefined/],
		[
			{ x: { ...x, dtype: "float" } },
			/x has the element type float; .*F?loat32/,
		],
		[{ x: undefined }, /x has the element type undefined/],
		[
			{ x: { ...x, dtype: "complex128", data: new Float64Array(4) } },
			/x has the element type complex128/,
		],
		[{ x: { ...x, dtype: "complex64" } }, /x has 1 elements.*says 2/],
		[{ __metadata__: x }, /named __metadata__/],
		[{ "x\ud800": x }, /half a character/],
	];
	for (const [tensors, problem] of cases)
		assert.throws(() => writeSafetensors(path, tensors as never), problem);
	for (const [value, problem] of [
		[1, /metadata epoch is number, not text/],
		[{ a: "b" }, /metadata epoch is object/],
		[null, /metadata epoch/],
		["\udc00", /half a character/],
	] as const) {
		const metadata = { epoch: value } as never;
		assert.throws(() => writeSafetensors(path, { x }, metadata), problem);
	}
	const long = { note: "x".repeat(100e6) };
	assert.throws(
		() => writeSafetensors(path, { x }, long),
		/more than the 1000/,
	);
	assert.deepEqual(readdirSync(folder), []);
});

test("arrays of another realm, as in a notebook's cells, are written", async (context) => {
	const path = join(scratch(context), "realm.safetensors");
	const data = runInNewContext("new Float32Array([1, 2])");
	writeSafetensors(path, { x: { dtype: "float32", shape: [2], data } });
	const { x } = (await readCheckpoint(path)).tensors;
	assert.deepEqual(x?.data, new Float32Array([1, 2]));
});

test("a tensor above 2 GiB is written in parts that Node can write", (context) => {
	const bytes = 2 ** 31 + 2 ** 20;
	const path = join(scratch(context), "large.safetensors");
	const parts: number[] = [];
	// Long parts are only noted down: writing them would take seconds and gigabytes.
	const { writeSync } = fs;
	const mocked = context.mock.method(
		fs,
		"writeSync",
		(to: number, part: Uint8Array) => {
			if (part.length < 2 ** 20) return writeSync(to, part);
			assert.ok(part.length < 2 ** 31);
			assert.equal(
				part.byteOffset,
				parts.reduce((sum, length) => sum + length, 0),
			);
			parts.push(part.length);
			return part.length;
		},
	);
	syncBuiltinESMExports();
	const data = new Uint8Array(bytes);
	try {
		writeSafetensors(path, { x: { dtype: "uint8", shape: [bytes], data } });
	} finally {
		mocked.mock.restore();
		syncBuiltinESMExports();
	}
	assert.equal(
		parts.reduce((sum, part) => sum + part, 0),
		bytes,
	);
	assert.match(readFileSync(path, "utf8"), /"data_offsets":\[0,2148532224\]/);
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
		[written({ x: { ...entry(0, 4), dtype: "F8_E4M3" } }), /does not fit/],
		[written({ x: { ...entry(4, 0), dtype: "F4" } }), /does not fit/],
		[written({ x: { ...entry(0, 4, [-8]), dtype: "F4" } }), /does not fit/],
		[written({ x: { ...entry(0, 4), dtype: "F4" } }), /should have/],
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
