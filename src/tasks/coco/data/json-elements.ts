import { closeSync, openSync, readSync } from "node:fs";
import { parseJson } from "./parse-json.js";

/** One element of an array in a JSON file. */
export interface JsonElement {
	/** The name of the array, a member of the outermost object. */
	readonly key: string;
	readonly value: unknown;
	/** Where it lies in the file, in bytes. */
	readonly position: number;
	readonly length: number;
}

/** A JSON file that is damaged, or not what it should be; says where. */
export class JsonFileError extends Error {
	override readonly name = "JsonFileError";

	constructor(path: string, problem: string, position: number) {
		super(`${path}: ${problem} at byte ${position}`);
	}
}

const chunkBytes = 2 ** 22;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const wideMarks = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];
const code = (character: string): number => character.charCodeAt(0);
const quote = code('"');
const backslash = code("\\");
const comma = code(",");
const colon = code(":");
const openBrace = code("{");
const closeBrace = code("}");
const openBracket = code("[");
const closeBracket = code("]");

/** What a byte does to the depth of nesting: 1, -1 or 0; 2 begins a string. */
const effects = new Int8Array(256);
effects[openBrace] = 1;
effects[openBracket] = 1;
effects[closeBrace] = -1;
effects[closeBracket] = -1;
effects[quote] = 2;

/** Finds its way through the bytes of a JSON file, of which it holds a part. */
class Scanner {
	readonly #path: string;
	readonly #file: number;
	#bytes = Buffer.alloc(0);
	/** Where the bytes held begin in the file. */
	#start = 0;
	/** The next byte, among those held. */
	#at = 0;
	/** The first byte that must not be let go, among those held. */
	#kept: number | undefined;

	constructor(path: string) {
		this.#path = path;
		this.#file = openSync(path, "r");
	}

	close(): void {
		closeSync(this.#file);
	}

	/** Where the next byte is in the file. */
	get position(): number {
		return this.#start + this.#at;
	}

	error(problem: string, position = this.position): JsonFileError {
		return new JsonFileError(this.#path, problem, position);
	}

	/** Reads on; lets go of what was passed, unless it is kept. */
	#fill(): boolean {
		const from = this.#kept ?? this.#at;
		const rest = this.#bytes.length - from;
		// As much again as is kept, so that a long value is not copied again and again.
		const bytes = Buffer.allocUnsafe(rest + Math.max(chunkBytes, rest));
		this.#bytes.copy(bytes, 0, from);
		const position = this.#start + this.#bytes.length;
		const count = readSync(this.#file, bytes, {
			offset: rest,
			position,
		});
		this.#start += from;
		this.#at -= from;
		if (this.#kept !== undefined) this.#kept = 0;
		this.#bytes = bytes.subarray(0, rest + count);
		return count > 0;
	}

	/** The next byte. */
	#byte(): number {
		if (this.#at === this.#bytes.length && !this.#fill())
			throw this.error("broken JSON: the file breaks off");
		return this.#bytes[this.#at] as number;
	}

	/** The next byte that is no space. */
	peek(): number {
		for (;;) {
			const byte = this.#byte();
			if (byte > 32) return byte;
			this.#at++;
		}
	}

	/** Passes a byte-order mark, with which some programs begin a file. */
	passMark(): void {
		this.#fill();
		const isFirst = (mark: Buffer): boolean =>
			mark.equals(this.#bytes.subarray(0, mark.length));
		if (wideMarks.some(isFirst))
			throw this.error("the text is UTF-16, where UTF-8 is expected,");
		if (isFirst(byteOrderMark)) this.#at = byteOrderMark.length;
	}

	/** Throws unless nothing but spaces is left. */
	end(): void {
		while (this.#at < this.#bytes.length || this.#fill()) {
			if (this.#bytes[this.#at]! > 32)
				throw this.error("broken JSON: the file goes on after its end");
			this.#at++;
		}
	}

	/** Passes a character, which must come next. */
	pass(character: number, where: string): void {
		const found = this.peek();
		if (found !== character)
			throw this.error(
				`broken JSON: "${String.fromCharCode(character)}" is missing ${where}, "${String.fromCharCode(found)}" found`,
			);
		this.#at++;
	}

	/** Passes a character if it comes next. */
	passIf(character: number): boolean {
		if (this.peek() !== character) return false;
		this.#at++;
		return true;
	}

	#passString(): void {
		for (;;) {
			const byte = this.#byte();
			this.#at++;
			if (byte === quote) return;
			if (byte === backslash) {
				this.#byte();
				this.#at++;
			}
		}
	}

	/** Passes a value without looking into it. */
	passValue(): void {
		const first = this.peek();
		if (effects[first] === 2) {
			this.#at++;
			this.#passString();
			return;
		}
		if (effects[first] !== 1) {
			while (![comma, closeBrace, closeBracket].includes(this.peek()))
				this.#at++;
			return;
		}
		let depth = 0;
		do {
			const effect = effects[this.#byte()] as number;
			this.#at++;
			if (effect === 2) this.#passString();
			else depth += effect;
		} while (depth > 0);
	}

	/** Reads a value. */
	value(): Omit<JsonElement, "key"> {
		this.peek();
		this.#kept = this.#at;
		this.passValue();
		const from = this.#kept;
		this.#kept = undefined;
		const position = this.#start + from;
		const length = this.#at - from;
		const text = this.#bytes.toString("utf8", from, this.#at);
		try {
			return { value: parseJson(text), position, length };
		} catch (error) {
			const [, offset = "0"] =
				/position (\d+)/.exec((error as Error).message) ?? [];
			const before = text.slice(0, Number(offset));
			const after = text.slice(Number(offset), Number(offset) + 20);
			throw this.error(
				`broken JSON: ${JSON.stringify(after)} is not expected`,
				position + Buffer.byteLength(before),
			);
		}
	}
}

/** The elements of an array that comes next. */
function* elementsOf(scanner: Scanner, key: string): Generator<JsonElement> {
	scanner.pass(openBracket, `before the elements of "${key}"`);
	if (scanner.passIf(closeBracket)) return;
	do {
		yield { key, ...scanner.value() };
	} while (scanner.passIf(comma));
	scanner.pass(closeBracket, `after an element of "${key}"`);
}

/**
 * The elements of some arrays of a JSON file, one after another, in the order of the file.
 *
 * The file holds one object, whose members the arrays are; it may be larger than memory, and other members
 * are passed over. Throws a `JsonFileError` that says at which byte the file is broken.
 */
export function* jsonElements(
	path: string,
	keys: readonly string[],
): Generator<JsonElement> {
	const scanner = new Scanner(path);
	try {
		scanner.passMark();
		scanner.pass(openBrace, "at the beginning");
		if (scanner.passIf(closeBrace)) return scanner.end();
		do {
			const position = scanner.position;
			const { value: key } = scanner.value();
			if (typeof key !== "string")
				throw scanner.error("broken JSON: a name is expected", position);
			scanner.pass(colon, `after "${key}"`);
			if (keys.includes(key)) yield* elementsOf(scanner, key);
			else scanner.passValue();
		} while (scanner.passIf(comma));
		scanner.pass(closeBrace, "at the end");
		scanner.end();
	} finally {
		scanner.close();
	}
}
