import assert from "node:assert/strict";
import {
	copyFileSync,
	readFileSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { readCheckpoint } from "../../src/index.js";
import { CheckpointError, type Other, PythonObject } from "../../src/parts.js";
import { wantOfData } from "../shared-data.js";
import { latin1, zipArchive } from "./archive.js";
import {
	type ExpectedTensor,
	expected,
	fixtures,
	readJson,
	real,
	scratch,
	summary,
} from "./fixtures.js";

function comparable(value: unknown): unknown {
	if (typeof value === "bigint") return String(value);
	if (value instanceof Uint8Array)
		return `bytes ${Buffer.from(value).toString("hex")}`;
	if (typeof value !== "number") return value;
	if (Number.isNaN(value)) return "NaN";
	return Number.isInteger(value) && Math.abs(value) > 2 ** 53
		? String(value)
		: value;
}

/** The leaf at a path, as the expectations write it. */
function leaf(other: Other, path: string): unknown {
	let value: unknown = other;
	for (const key of path.split("/"))
		value = (value as Record<string, unknown>)[key];
	return comparable(value);
}

for (const [name, { container, tensors, others }] of Object.entries(
	expected.files,
)) {
	test(`${name}: every tensor and value is what PyTorch reads`, async () => {
		const checkpoint = await readCheckpoint(join(fixtures, name));
		assert.equal(checkpoint.container, container);
		const summaries = Object.entries(checkpoint.tensors).map(
			([path, tensor]) => [path, summary(tensor)] as const,
		);
		assert.deepEqual(Object.fromEntries(summaries), tensors);
		for (const [path, value] of Object.entries(others))
			assert.equal(leaf(checkpoint.other, path), value, path);
	});
}

interface RealFile {
	container: string;
	tensors: Record<
		string,
		Omit<ExpectedTensor, "sha256"> & { sha256_contiguous_le: string }
	>;
}

test("published files: every tensor is what PyTorch reads", async (context) => {
	if (!real) return context.skip(`${wantOfData}data/checkpoints`);
	const { files } = readJson<{ files: Record<string, RealFile> }>(
		join(real, "expected_tensors.json"),
	);
	for (const [name, { container, tensors }] of Object.entries(files)) {
		const checkpoint = await readCheckpoint(join(real, name));
		assert.equal(checkpoint.container, container);
		assert.deepEqual(Object.keys(checkpoint.tensors), Object.keys(tensors));
		for (const [path, wanted] of Object.entries(tensors)) {
			const { dtype, shape, sha256_contiguous_le: sha256 } = wanted;
			assert.deepEqual(
				summary(checkpoint.tensors[path]!),
				{ dtype, shape, sha256 },
				`${name}: ${path}`,
			);
		}
	}
});

test("tensors that share a storage share memory; their bytes are read once", async () => {
	for (const container of ["zip", "legacy"]) {
		const { tensors } = await readCheckpoint(
			join(fixtures, `layouts-${container}.pth`),
		);
		const { base, same, row, scalar_inside: inside, column } = tensors;
		assert.equal(base!.data.buffer, same!.data.buffer);
		assert.equal(base!.data.buffer, row!.data.buffer);
		assert.equal(base!.data.buffer, inside!.data.buffer);
		assert.notEqual(base!.data.buffer, column!.data.buffer);
	}
});

test("what is not known becomes an inert object with its name", async () => {
	const { other } = await readCheckpoint(join(fixtures, "nested-zip.pth"));
	const { args } = other as Record<string, Other>;
	assert.ok(args instanceof PythonObject);
	assert.equal(args.className, "argparse.Namespace");
	assert.deepEqual(
		args.state,
		new Map<unknown, unknown>([
			["lr", 0.1],
			["depth", [3, 4]],
		]),
	);
	const dill = await readCheckpoint(join(fixtures, "robustness-dill.ckpt"));
	const { schedule } = dill.other as Record<string, Record<string, Other[]>>;
	const lambda = schedule!.lr_lambdas![0];
	assert.ok(lambda instanceof PythonObject);
	assert.equal(lambda.className, "dill._dill._create_function");
});

test("only the tensors that are wanted are read", async (context) => {
	const path = join(scratch(context), "damaged.pth");
	const bytes = readFileSync(join(fixtures, "dtypes-zip.pth"));
	const double = bytes.indexOf(Buffer.from(new Float64Array([-3]).buffer));
	bytes[double] = 1;
	writeFileSync(path, bytes);
	await assert.rejects(readCheckpoint(path), CheckpointError);
	const { tensors } = await readCheckpoint(path, {
		only: (name) => name === "float32",
	});
	assert.deepEqual(Object.keys(tensors), ["float32"]);
});

async function refusal(path: string): Promise<CheckpointError> {
	try {
		await readCheckpoint(path);
	} catch (error) {
		assert.ok(error instanceof CheckpointError, String(error));
		assert.equal(error.path, path);
		assert.equal(error.message, `${path}: ${error.problem}`);
		return error;
	}
	assert.fail(`${path} was read`);
}

test("a pickled whole module and a TorchScript program are refused with advice", async () => {
	for (const name of ["module-zip.pth", "module-legacy.pth"])
		assert.match(
			(await refusal(join(fixtures, name))).problem,
			/whole module \(__main__\.Doubled\).*torch\.save\(model\.state_dict\(\)/,
		);
	assert.match(
		(await refusal(join(fixtures, "torchscript.pt"))).problem,
		/TorchScript.*save its state_dict/,
	);
});

async function refusalOf(
	context: TestContext,
	bytes: string | Uint8Array,
): Promise<string> {
	const path = join(scratch(context), "file.pth");
	writeFileSync(path, bytes);
	return (await refusal(path)).problem;
}

test("a file that is no checkpoint is told from one that is", async (context) => {
	assert.match(
		(await refusal(join(scratch(context), "none.pth"))).problem,
		/no such file/,
	);
	assert.match((await refusal(scratch(context))).problem, /not a regular file/);
	assert.match(await refusalOf(context, ""), /empty/);
	assert.match(await refusalOf(context, "x"), /no checkpoint/);
	assert.match(await refusalOf(context, "<!DOCTYPE html>"), /fetch it again/);
	const pointer = "version https://git-lfs.github.com/spec/v1\n";
	assert.match(await refusalOf(context, pointer), /pointer/);
	const pickle = latin1("\x80\x02K\x01.");
	assert.match(await refusalOf(context, pickle), /torch\.save did not/);
	assert.match(await refusalOf(context, "PK\x03\x04"), /truncated/);
});

function tar(member: string, content = ""): Buffer {
	const blocks = Buffer.alloc(1024);
	blocks.write(member);
	blocks.write("ustar", 257);
	blocks.write(content, 512);
	return blocks;
}

test("what is packed once more, or is of another kind, is named", async (context) => {
	const weights = readFileSync(join(fixtures, "tensor-zip.pth"));
	// What Python's bz2 and lzma, zstd and lz4 write around a few bytes.
	const packed = (hex: string) => Buffer.from(hex, "hex");
	const cases: [Uint8Array, RegExp][] = [
		[gzipSync(weights), /gzip: .*gunzip/],
		[
			packed("425a6839314159265359c9e1a47d00000001803c0020003"),
			/bzip2: .*bunzip2/,
		],
		[packed("fd377a585a000004e6d6b4460200210116000000"), /xz: .*unxz/],
		[packed("28b52ffd0458410000616263"), /zstd/],
		[packed("04224d186440a7"), /lz4/],
		[packed("377abcaf271c0004"), /7z archive/],
		[latin1("Rar!\x1a\x07\x01\0"), /RAR archive/],
		[latin1("\x89HDF\r\n\x1a\n"), /HDF5/],
		[latin1("\x93NUMPY\x01\0v\0"), /NumPy array/],
		[tar("weights.pth", "PK"), /tar archive around "weights\.pth": .*tar -x/],
		[tar("./model/"), /tar archive around/],
		[tar("sys_info"), /before 0\.1\.10/],
		[tar("./storages"), /before 0\.1\.10/],
		[zipArchive({ "inside.pth": weights }), /no data\.pkl.*"inside\.pth"/],
	];
	for (const [bytes, problem] of cases)
		assert.match(await refusalOf(context, bytes), problem);
});

test("a file cut anywhere is refused", async (context) => {
	const folder = scratch(context);
	for (const name of [
		"dtypes-zip.pth",
		"dtypes-legacy.pth",
		"plain.safetensors",
	]) {
		const path = join(folder, name);
		const { length } = readFileSync(join(fixtures, name));
		for (let size = 0; size < length; size += 7) {
			copyFileSync(join(fixtures, name), path);
			truncateSync(path, size);
			await refusal(path);
		}
	}
});

test("in the legacy container a storage of an unknown class hides what follows", async (context) => {
	const bytes = readFileSync(join(fixtures, "dtypes-legacy.pth"));
	bytes.write("Doubly", bytes.indexOf("DoubleStorage"));
	assert.match(
		await refusalOf(context, bytes),
		/storage of the unknown type "DoublyStorage"/,
	);
});

test("a flipped bit in a stored weight is noticed by its checksum", async (context) => {
	const bytes = readFileSync(join(fixtures, "tensor-zip.pth"));
	const at = bytes.indexOf(Buffer.from(new Float32Array([-3]).buffer));
	assert.ok(at > 0);
	bytes[at] = 1;
	assert.match(
		await refusalOf(context, bytes),
		/member ".*\/data\/0".*checksum/,
	);
});
