import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import {
	describeCheckpoint,
	readCheckpoint,
	stateDict,
} from "../../src/index.js";
import {
	CheckpointError,
	type NamedTensor,
	type NamedTensors,
	PythonObject,
	type StateDictOptions,
	toFloat32,
} from "../../src/parts.js";
import {
	type ExpectedTensor,
	fixtures,
	oddData,
	readJson,
	summary,
} from "./fixtures.js";

type Tensors = Record<string, ExpectedTensor>;

interface OddFile {
	readonly tensors: Tensors;
	/** What the kind of each tensor without plain values should say. */
	readonly unread?: Record<string, string>;
	readonly state_dict?: Tensors;
	readonly average?: Tensors;
	readonly averaged?: Tensors;
}

const folder = join(fixtures, "odd");
const expected = readJson<{
	readonly files: Record<string, OddFile>;
	readonly float32: Record<string, string[]>;
	readonly half_sha256: string;
}>(join(folder, "expected.json"));

const read = (name: string, only?: (path: string) => boolean) =>
	readCheckpoint(join(folder, name), only && { only });

const summaries = (tensors: NamedTensors): Tensors =>
	Object.fromEntries(
		Object.entries(tensors).map(([name, tensor]) => [name, summary(tensor)]),
	);

async function refusal(call: () => unknown): Promise<string> {
	try {
		await call();
	} catch (error) {
		assert.ok(error instanceof CheckpointError, String(error));
		return error.problem;
	}
	assert.fail("it was not refused");
}

for (const [name, { tensors, unread = {} }] of Object.entries(expected.files)) {
	if (Object.keys(tensors).length === 0) continue;
	test(`${name}: every tensor is what PyTorch reads, and others are named`, async () => {
		const checkpoint = await read(name);
		assert.deepEqual(summaries(checkpoint.tensors), tensors);
		const kinds = checkpoint.unread ?? {};
		assert.deepEqual(Object.keys(kinds).sort(), Object.keys(unread).sort());
		for (const [path, kind] of Object.entries(unread))
			assert.ok(kinds[path]?.includes(kind), `${path} is ${kinds[path]}`);
	});
}

test("a state_dict of which tensors have no plain values is refused by their names", async () => {
	const checkpoint = await read("unread.pt");
	const problem = await refusal(() => stateDict(checkpoint));
	const { unread = {} } = expected.files["unread.pt"] ?? {};
	for (const path of Object.keys(unread))
		assert.equal(problem.includes(`"${path}"`), !path.startsWith("beside/"));
	assert.match(problem, /\{ only \}.*read were "state_dict\/w"/);
	assert.match(
		await refusal(() => stateDict(checkpoint, { dictionary: "beside" })),
		/"beside\/sparse" \(sparse\).*read were none/,
	);
	const wanted = await read("unread.pt", (path) => path === "state_dict/w");
	assert.equal(wanted.unread, undefined);
	assert.deepEqual(Object.keys(stateDict(wanted)), ["w"]);
});

test("tensors without plain values have a row of their own", async () => {
	const rows = describeCheckpoint(await read("unread.pt")).objects() as {
		name: string;
		kind: string;
		value: string;
	}[];
	const row = rows.find(({ name }) => name === "state_dict/quantized");
	assert.deepEqual([row?.kind, row?.value], ["unread", "quantized"]);
});

test("one tensor of an unknown type leaves the rest of a .safetensors readable", async () => {
	const checkpoint = await read("float8.safetensors");
	assert.match(
		await refusal(() => stateDict(checkpoint)),
		/"unknown" \(of the element type "F4"\)/,
	);
	const { a } = stateDict(await read("float8.safetensors", (n) => n === "a"));
	assert.deepEqual(a?.data, new Float32Array([0, 1]));
});

test("floats of eight bits are exactly the numbers of their formats", async () => {
	const { tensors } = await read("float8.safetensors");
	for (const [dtype, values] of Object.entries(expected.float32)) {
		const wanted = values.map((text) =>
			Number(text.replace("inf", "Infinity").replace("nan", "NaN")),
		);
		const found = toFloat32(tensors[dtype] as NamedTensor);
		assert.deepEqual(Array.from(found), wanted, dtype);
	}
});

test("every half is what it is as a float, NaN and what is in it included", () => {
	const data = Uint16Array.from({ length: 2 ** 16 }, (_, code) => code);
	const all = toFloat32({ dtype: "float16", shape: [2 ** 16], data });
	const hash = createHash("sha256").update(new Uint8Array(all.buffer));
	assert.equal(hash.digest("hex"), expected.half_sha256);
});

test("complex numbers are pairs, and no floats", async () => {
	const { scalar, complex64 } = (await read("beyond.pt")).tensors;
	assert.deepEqual(scalar?.data, new Float32Array([1, -2]));
	assert.deepEqual(scalar?.shape, []);
	assert.equal(complex64?.data.length, 12);
	assert.throws(() => toFloat32(scalar as NamedTensor), /complex64 is no/);
});

test("a list of more than a million entries is passed over", async () => {
	const checkpoint = await read("long-list.pt");
	const { indices, epoch, ids } = checkpoint.other as Record<string, unknown>;
	assert.ok(indices instanceof PythonObject);
	assert.equal(indices.className, "builtins.list");
	assert.equal(epoch, 3);
	// Each is shorter, and they are kept as long as the million lasts.
	const kept = Object.values(ids as object).map((list) => Array.isArray(list));
	assert.deepEqual(kept, [true, true, true, true, false, false, false]);
	assert.deepEqual(stateDict(checkpoint).w?.data, new Float32Array([0, 1]));
});

test("names that clash leave the rest", async () => {
	const clash = "name-clash.pt";
	assert.match(
		await refusal(async () => stateDict(await read(clash))),
		/"1" \(one of several of this name\).*read were "w"/,
	);
	const only = await read(clash, (path) => path === "w");
	assert.deepEqual(Object.keys(stateDict(only)), ["w"]);
});

test("pickle protocols 0 and 1: the one is read, the other named", async () => {
	for (const container of ["legacy", "zip"]) {
		const name = `protocol-1-${container}.pt`;
		const { other } = await read(name);
		const { args, config, items, ...rest } = other as Record<string, unknown>;
		assert.ok(args instanceof PythonObject && items instanceof PythonObject);
		assert.equal(args.className, "argparse.Namespace");
		assert.deepEqual(args.state, new Map([["lr", 0.5]]));
		assert.deepEqual(config, { lr: 0.1, steps: [1, 2] });
		assert.deepEqual(items.items, [1, 2]);
		const size = [2, 3];
		const wanted = { state_dict: {}, flag: true, big: 2 ** 40, set: [3], size };
		assert.deepEqual(rest, wanted);
		const old = `protocol-0-${container}.pt`;
		assert.match(await refusal(() => read(old)), /protocol 0.*protocol 2/);
	}
	assert.match(
		await refusal(() => read("module-protocol-1.pt")),
		/whole module \(__main__\.Net\)/,
	);
});

test("what torch.compile and its like put into names is taken off", async () => {
	const compiled = Object.entries(expected.files).filter(
		([, file]) => file.state_dict,
	);
	assert.ok(compiled.length > 7);
	for (const [name, { state_dict }] of compiled) {
		const key = /compiled-(inner|both|fsdp|twice)/.exec(name)?.[1];
		const options = key === undefined ? {} : { dictionary: key };
		const found = stateDict(await read(name), options);
		assert.deepEqual(summaries(found), state_dict, name);
	}
});

test("a dictionary around a pickled module is advised as the module is", async () => {
	const advice =
		/whole module \(__main__\.Net\).*torch\.save\(model\.state_dict/;
	for (const [name, path, options] of [
		["module-inside.pt", "model", {}],
		["module-inside.pt", "ema", { dictionary: "ema" }],
		["module-beside.pt", "net", {}],
	] as const) {
		const checkpoint = await read(name);
		const problem = await refusal(() => stateDict(checkpoint, options));
		assert.match(problem, advice);
		assert.match(problem, new RegExp(`under "${path}"`));
	}
	const optimizer = { dictionary: "optimizer" };
	assert.match(
		await refusal(async () =>
			stateDict(await read("module-inside.pt"), optimizer),
		),
		/no dictionary "optimizer"/,
	);
});

test("averaged models are chosen by name, without their counters", async () => {
	const checkpoint = await read("averages.pt");
	const named = (options: StateDictOptions) =>
		summaries(stateDict(checkpoint, options));
	const { state_dict, average, averaged } = expected.files["averages.pt"] ?? {};
	assert.deepEqual(named({}), state_dict);
	for (const dictionary of [
		"params_ema",
		"state_dict_ema",
		"ema_state_dict",
		"model_ema",
		"model_ema/state_dict",
	])
		assert.deepEqual(named({ dictionary }), average, dictionary);
	assert.deepEqual(named({ dictionary: "averaged" }), averaged);
	assert.match(
		await refusal(() => named({ dictionary: "params" })),
		/no dictionary "params"; choose .*"params_ema"/,
	);
});

test("the odd files beside the checkout are read as PyTorch reads them", async (context) => {
	if (!oddData) return context.skip("the odd files are not on this machine");
	const odd = oddData;
	const wanted = readJson<Record<string, Record<string, never>>>(
		join(odd, "expected.json"),
	);
	const open = (name: string, only?: (path: string) => boolean) =>
		readCheckpoint(join(odd, name), only && { only });
	const values = (tensors: NamedTensors) =>
		Object.fromEntries(
			Object.entries(tensors).map(([name, { data }]) => [name, [...data]]),
		);
	const isW = (path: string) => path.endsWith("w");
	const isA = (path: string) => path === "a";
	for (const name of [
		"negative-bit.pt",
		"long-list.pt",
		"legacy-protocol-1.pt",
	])
		assert.deepEqual(values(stateDict(await open(name))), wanted[name], name);
	const { w } = wanted["name-clash.pt"]!;
	assert.deepEqual(values(stateDict(await open("name-clash.pt", isW))), { w });
	const compiled = "torch-compile-prefix.pt";
	assert.deepEqual(
		values(stateDict(await open(compiled))),
		wanted[compiled]!.stateDict,
	);
	const float8 = "one-float8.safetensors";
	const { a } = values((await open(float8, isA)).tensors);
	assert.deepEqual(a, wanted[float8]!["only a"]);
	assert.deepEqual(
		toFloat32((await open(float8)).tensors.f8 as NamedTensor),
		new Float32Array(4).fill(1),
	);
	const beyond = await open("beyond-plain.pt");
	const problem = await refusal(() => stateDict(beyond));
	for (const name of ["s", "c", "f8"])
		assert.ok(problem.includes(`"${name}"`), problem);
	assert.deepEqual(Object.keys(beyond.tensors), ["a", "c", "f8"]);
	const plain = stateDict(await open("beyond-plain.pt", isA));
	assert.deepEqual(Object.keys(plain), ["a"]);
});
