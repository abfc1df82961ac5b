import { isUtf8 } from "node:buffer";
import type { ByteStream } from "./byte-stream.js";
import { PickleMachine } from "./pickle-machine.js";
import { type PersistentId, type Pickled, PythonObject } from "./pickled.js";

type Operation = (machine: PickleMachine) => void;

const longestLine = 4096;
const longestInteger = 1024;

function text(machine: PickleMachine, length: number): void {
	machine.push(machine.input.text(length), 32 + length);
}

function bytes(machine: PickleMachine, length: number): void {
	machine.push(machine.input.bytes(length), 128 + length);
}

/** A string of Python 2: text where it is UTF-8, else the bytes it is. */
function byteString(machine: PickleMachine, length: number): void {
	const raw = machine.input.bytes(length);
	const value = isUtf8(raw) ? Buffer.from(raw).toString("utf8") : raw;
	machine.push(value, 128 + length);
}

function narrow(value: bigint): number | bigint {
	const number = Number(value);
	return Number.isSafeInteger(number) ? number : value;
}

/** A two's complement integer of any length, least significant byte first. */
function integer(machine: PickleMachine, length: number): void {
	if (length > longestInteger)
		throw machine.malformed(`has an integer of ${length} bytes`);
	const raw = machine.input.bytes(length);
	const hex = Buffer.from(raw.reverse()).toString("hex");
	const value = BigInt(`0x${hex || "0"}`);
	machine.push(narrow(BigInt.asIntN(8 * length, value)), length);
}

function decimal(machine: PickleMachine): void {
	const line = machine.input.line(longestInteger).replace(/L$/, "");
	if (line === "00" || line === "01") machine.push(line === "01");
	else if (/^[+-]?\d+$/.test(line)) machine.push(narrow(BigInt(line)), 32);
	else throw machine.malformed("has an integer without digits");
}

function float(machine: PickleMachine): void {
	const line = machine.input.line(longestLine);
	const infinity = /^([+-]?)inf$/.exec(line);
	if (infinity) machine.push(infinity[1] === "-" ? -Infinity : Infinity);
	else machine.push(Number(line), 8);
}

/** Undoes Python's escapes: `\n`, `\x41`, `\u0041`, `\U00000041`, `\'`. */
function withoutEscapes(line: string): string {
	const named: Record<string, string> = { n: "\n", r: "\r", t: "\t" };
	return line.replace(
		/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U(000[0-9a-f]{5}|0010[0-9a-f]{4})|(.))/gi,
		(_, byte, short, long, other) => {
			const code = byte ?? short ?? long;
			return code
				? String.fromCodePoint(Number.parseInt(code, 16))
				: (named[other] ?? other);
		},
	);
}

function globalName(
	machine: PickleMachine,
	module: Pickled,
	name: Pickled,
): void {
	if (typeof module !== "string" || typeof name !== "string")
		throw machine.malformed("names a class by what is not text");
	const bytes = 128 + module.length + name.length;
	machine.push(new PythonObject(`${module}.${name}`), bytes);
}

/** Writes down the call of what lies below its arguments. */
function reduce(machine: PickleMachine): void {
	const args = machine.pop();
	machine.call(machine.pop(), args);
}

function dictionary(machine: PickleMachine): void {
	const entries = machine.popMark();
	machine.push(new Map(), 256);
	machine.assign(entries);
}

function set(machine: PickleMachine): void {
	const items = machine.popMark();
	machine.push(new Set(), 256);
	machine.append(items);
}

/** A call whose function lies below its arguments, after a mark. */
function instance(machine: PickleMachine): void {
	const [callable, ...args] = machine.popMark();
	machine.call(callable as Pickled, args);
}

function lineGlobal(machine: PickleMachine): void {
	const module = machine.input.line(longestLine);
	globalName(machine, module, machine.input.line(longestLine));
}

function lineInstance(machine: PickleMachine): void {
	const args = machine.popMark();
	lineGlobal(machine);
	machine.call(machine.pop(), args);
}

function newWithKeywords(machine: PickleMachine): void {
	const keywords = machine.pop();
	const args = machine.pop();
	if (!Array.isArray(args)) throw machine.malformed("has no arguments");
	machine.claim(8 * args.length);
	machine.call(machine.pop(), [...args, keywords]);
}

function stackGlobal(machine: PickleMachine): void {
	const name = machine.pop();
	globalName(machine, machine.pop(), name);
}

function outOfBand(machine: PickleMachine): void {
	throw machine.malformed("refers to buffers that are not in the file");
}

function extension(machine: PickleMachine): void {
	throw machine.malformed("uses a private extension registry");
}

/** By the names and codes of Python's pickletools; STOP ends the loop of `unpickle`. */
const operations: Record<string, readonly [code: number, Operation]> = {
	MARK: [0x28, (m) => m.mark()],
	EMPTY_TUPLE: [0x29, (m) => m.push([], 64)],
	POP: [0x30, (m) => m.drop()],
	POP_MARK: [0x31, (m) => void m.popMark()],
	DUP: [0x32, (m) => m.push(m.top())],
	BINBYTES: [0x42, (m) => bytes(m, m.input.uint32())],
	SHORT_BINBYTES: [0x43, (m) => bytes(m, m.input.uint8())],
	FLOAT: [0x46, float],
	BINFLOAT: [0x47, (m) => m.push(m.input.float64(), 8)],
	INT: [0x49, decimal],
	BININT: [0x4a, (m) => m.push(m.input.int32())],
	BININT1: [0x4b, (m) => m.push(m.input.uint8())],
	LONG: [0x4c, decimal],
	BININT2: [0x4d, (m) => m.push(m.input.uint16())],
	NONE: [0x4e, (m) => m.push(null)],
	PERSID: [0x50, (m) => m.refer(m.input.line(longestLine))],
	BINPERSID: [0x51, (m) => m.refer(m.pop())],
	REDUCE: [0x52, reduce],
	STRING: [
		0x53,
		(m) => m.push(withoutEscapes(m.input.line(longestLine).slice(1, -1)), 64),
	],
	BINSTRING: [0x54, (m) => byteString(m, m.input.uint32())],
	SHORT_BINSTRING: [0x55, (m) => byteString(m, m.input.uint8())],
	UNICODE: [0x56, (m) => m.push(withoutEscapes(m.input.line(longestLine)), 64)],
	BINUNICODE: [0x58, (m) => text(m, m.input.uint32())],
	EMPTY_LIST: [0x5d, (m) => m.push([], 64)],
	APPEND: [0x61, (m) => m.append(m.popMany(1))],
	BUILD: [0x62, (m) => m.build()],
	GLOBAL: [0x63, lineGlobal],
	DICT: [0x64, dictionary],
	APPENDS: [0x65, (m) => m.append(m.popMark())],
	GET: [0x67, (m) => m.recall(Number(m.input.line(longestLine)))],
	BINGET: [0x68, (m) => m.recall(m.input.uint8())],
	INST: [0x69, lineInstance],
	LONG_BINGET: [0x6a, (m) => m.recall(m.input.uint32())],
	LIST: [0x6c, (m) => m.push(m.popMark(), 64)],
	OBJ: [0x6f, instance],
	PUT: [0x70, (m) => m.remember(Number(m.input.line(longestLine)))],
	BINPUT: [0x71, (m) => m.remember(m.input.uint8())],
	LONG_BINPUT: [0x72, (m) => m.remember(m.input.uint32())],
	SETITEM: [0x73, (m) => m.assign(m.popMany(2))],
	TUPLE: [0x74, (m) => m.push(m.popMark(), 64)],
	SETITEMS: [0x75, (m) => m.assign(m.popMark())],
	EMPTY_DICT: [0x7d, (m) => m.push(new Map(), 256)],
	PROTO: [0x80, (m) => void m.input.uint8()],
	NEWOBJ: [0x81, reduce],
	EXT1: [0x82, extension],
	EXT2: [0x83, extension],
	EXT4: [0x84, extension],
	TUPLE1: [0x85, (m) => m.push(m.popMany(1), 64)],
	TUPLE2: [0x86, (m) => m.push(m.popMany(2), 64)],
	TUPLE3: [0x87, (m) => m.push(m.popMany(3), 64)],
	NEWTRUE: [0x88, (m) => m.push(true)],
	NEWFALSE: [0x89, (m) => m.push(false)],
	LONG1: [0x8a, (m) => integer(m, m.input.uint8())],
	LONG4: [0x8b, (m) => integer(m, m.input.uint32())],
	SHORT_BINUNICODE: [0x8c, (m) => text(m, m.input.uint8())],
	BINUNICODE8: [0x8d, (m) => text(m, m.input.uint64())],
	BINBYTES8: [0x8e, (m) => bytes(m, m.input.uint64())],
	EMPTY_SET: [0x8f, (m) => m.push(new Set(), 256)],
	ADDITEMS: [0x90, (m) => m.append(m.popMark())],
	FROZENSET: [0x91, set],
	NEWOBJ_EX: [0x92, newWithKeywords],
	STACK_GLOBAL: [0x93, stackGlobal],
	MEMOIZE: [0x94, (m) => m.rememberNext()],
	FRAME: [0x95, (m) => void m.input.uint64()],
	BYTEARRAY8: [0x96, (m) => bytes(m, m.input.uint64())],
	NEXT_BUFFER: [0x97, outOfBand],
	READONLY_BUFFER: [0x98, outOfBand],
};

const byCode = new Map(Object.values(operations));
const stop = 0x2e;

/**
 * Reads one pickle of any protocol, 0 to 5, into plain data and leaves the stream behind it.
 *
 * Calls, classes and states become `PythonObject`s, references to storages `PersistentId`s. Nothing
 * is called, imported or evaluated: there is no code here that could. The `PersistentId`s are also
 * added to `references`.
 */
export function unpickle(
	input: ByteStream,
	references: PersistentId[] = [],
): Pickled {
	const machine = new PickleMachine(input, references);
	for (let code = input.uint8(); code !== stop; code = input.uint8()) {
		const operation = byCode.get(code);
		if (!operation)
			throw machine.malformed(
				`has the unknown operation 0x${code.toString(16)}`,
			);
		operation(machine);
	}
	return machine.pop();
}
