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

function globalName(machine: PickleMachine, module: Pickled, name: Pickled) {
	if (typeof module !== "string" || typeof name !== "string")
		throw machine.malformed("names a class by what is not text");
	machine.push(new PythonObject(`${module}.${name}`), 128);
}

/** Calls `make` with as many values as it takes, in the order they were pushed. */
function popped(make: (machine: PickleMachine, ...values: Pickled[]) => void) {
	return (machine: PickleMachine): void => {
		const values = Array.from({ length: make.length - 1 }, () => machine.pop());
		make(machine, ...values.reverse());
	};
}

function tuple(machine: PickleMachine, length: number): void {
	const items = Array.from({ length }, () => machine.pop());
	machine.push(items.reverse(), 64);
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

function newWithKeywords(
	machine: PickleMachine,
	callable: Pickled,
	args: Pickled,
	keywords: Pickled,
): void {
	if (!Array.isArray(args)) throw machine.malformed("has no arguments");
	machine.call(callable, [...args, keywords]);
}

function outOfBand(machine: PickleMachine): void {
	throw machine.malformed("refers to buffers that are not in the file");
}

function extension(machine: PickleMachine): void {
	throw machine.malformed("uses a private extension registry");
}

// By code, from Python's pickletools; "." stops the loop in unpickle.
const operations: Record<number, Operation> = {
	40: (m) => m.mark(),
	41: (m) => m.push([], 64),
	48: (m) => m.drop(),
	49: (m) => void m.popMark(),
	50: (m) => m.push(m.top()),
	66: (m) => bytes(m, m.input.uint32()),
	67: (m) => bytes(m, m.input.uint8()),
	70: float,
	71: (m) => m.push(m.input.float64(), 8),
	73: decimal,
	74: (m) => m.push(m.input.int32()),
	75: (m) => m.push(m.input.uint8()),
	76: decimal,
	77: (m) => m.push(m.input.uint16()),
	78: (m) => m.push(null),
	80: (m) => m.refer(m.input.line(longestLine)),
	81: popped((m, id) => m.refer(id)),
	82: popped((m, callable, args) => m.call(callable, args)),
	83: (m) => m.push(withoutEscapes(m.input.line(longestLine).slice(1, -1)), 64),
	84: (m) => byteString(m, m.input.uint32()),
	85: (m) => byteString(m, m.input.uint8()),
	86: (m) => m.push(withoutEscapes(m.input.line(longestLine)), 64),
	88: (m) => text(m, m.input.uint32()),
	93: (m) => m.push([], 64),
	97: popped((m, item) => m.append([item])),
	98: (m) => m.build(),
	99: (m) =>
		globalName(m, m.input.line(longestLine), m.input.line(longestLine)),
	100: dictionary,
	101: (m) => m.append(m.popMark()),
	103: (m) => m.recall(Number(m.input.line(longestLine))),
	104: (m) => m.recall(m.input.uint8()),
	105: (m) => {
		const args = m.popMark();
		globalName(m, m.input.line(longestLine), m.input.line(longestLine));
		m.call(m.pop(), args);
	},
	106: (m) => m.recall(m.input.uint32()),
	108: (m) => m.push(m.popMark(), 64),
	111: instance,
	112: (m) => m.remember(Number(m.input.line(longestLine))),
	113: (m) => m.remember(m.input.uint8()),
	114: (m) => m.remember(m.input.uint32()),
	115: popped((m, key, value) => m.assign([key, value])),
	116: (m) => m.push(m.popMark(), 64),
	117: (m) => m.assign(m.popMark()),
	125: (m) => m.push(new Map(), 256),
	128: (m) => void m.input.uint8(),
	129: popped((m, callable, args) => m.call(callable, args)),
	130: extension,
	131: extension,
	132: extension,
	133: (m) => tuple(m, 1),
	134: (m) => tuple(m, 2),
	135: (m) => tuple(m, 3),
	136: (m) => m.push(true),
	137: (m) => m.push(false),
	138: (m) => integer(m, m.input.uint8()),
	139: (m) => integer(m, m.input.uint32()),
	140: (m) => text(m, m.input.uint8()),
	141: (m) => text(m, m.input.uint64()),
	142: (m) => bytes(m, m.input.uint64()),
	143: (m) => m.push(new Set(), 256),
	144: (m) => m.append(m.popMark()),
	145: set,
	146: popped(newWithKeywords),
	147: popped(globalName),
	148: (m) => m.rememberNext(),
	149: (m) => void m.input.uint64(),
	150: (m) => bytes(m, m.input.uint64()),
	151: outOfBand,
	152: outOfBand,
};

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
		const operation = operations[code];
		if (!operation)
			throw machine.malformed(
				`has the unknown operation 0x${code.toString(16)}`,
			);
		operation(machine);
	}
	return machine.pop();
}
