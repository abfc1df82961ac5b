import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** What every codec exports; addresses are numbers, 0 for none. */
export interface CodecExports {
	readonly memory: WebAssembly.Memory;
	malloc(byteLength: number): number;
	free(address: number): void;
}

/** A codec that is compiled to WebAssembly. */
export interface WasmCodec<Exports extends CodecExports> {
	/** Does something with its functions; whatever is thrown within comes out. */
	use<Result>(work: (codec: Exports) => Result): Result;
}

const require = createRequire(import.meta.url);
const most = 2 ** 28;

const missing = (name: string) => (): never => {
	throw new Error(`the decoder gave up on it (${name})`);
};

/** Where its C code jumps to on an error, and what it would print, ends here. */
const imports = (module: WebAssembly.Module): WebAssembly.Imports => {
	const found: Record<string, Record<string, () => number>> = {};
	for (const { module: from, name } of WebAssembly.Module.imports(module)) {
		found[from] ??= {};
		const isHarmless = name === "setjmp" || name === "environ_sizes_get";
		found[from][name] = isHarmless ? () => 0 : missing(name);
	}
	return found;
};

/**
 * A codec in a `.wasm` file of a package, started when it is first used.
 *
 * A decoder that has failed leaves its stack and memory in disorder, and one that has seen a large picture
 * keeps its memory: each is followed by a new one.
 */
export function wasmCodec<Exports extends CodecExports>(
	file: string,
): WasmCodec<Exports> {
	let module: WebAssembly.Module | undefined;
	let running: Exports | undefined;
	const start = (): Exports => {
		module ??= new WebAssembly.Module(readFileSync(require.resolve(file)));
		const { exports } = new WebAssembly.Instance(module, imports(module));
		return exports as unknown as Exports;
	};
	return {
		use(work) {
			const codec = running ?? start();
			running = undefined;
			const result = work(codec);
			if (codec.memory.buffer.byteLength <= most) running = codec;
			return result;
		},
	};
}

/** Room for `byteLength` bytes; throws where there is none. */
export function allocate(codec: CodecExports, byteLength: number): number {
	const address = codec.malloc(byteLength);
	if (address !== 0) return address;
	throw new Error(`the decoder has no room for ${byteLength} bytes`);
}

/** A copy of bytes in the memory of a codec: its address. */
export function handOver(codec: CodecExports, bytes: Uint8Array): number {
	const address = allocate(codec, bytes.byteLength);
	new Uint8Array(codec.memory.buffer).set(bytes, address);
	return address;
}

/** A copy of bytes out of the memory of a codec. */
export const takeOut = (
	{ memory }: CodecExports,
	address: number,
	byteLength: number,
): Uint8Array => new Uint8Array(memory.buffer, address, byteLength).slice();
