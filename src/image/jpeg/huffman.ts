/** A Huffman table of a JPEG file: how many codes there are of each length from 1 to 16, and what they stand for. */
export interface HuffmanTable {
	readonly counts: Uint8Array;
	readonly symbols: Uint8Array;
	/** By symbol. */
	readonly codes: Uint16Array;
	readonly lengths: Uint8Array;
}

// Tables K.3 to K.6 of the JPEG standard (ITU-T T.81): counts, then symbols, in hexadecimal.
const luminanceMeans =
	"00010501010101010100000000000000000102030405060708090a0b";
const chrominanceMeans =
	"00030101010101010101010000000000000102030405060708090a0b";
const luminanceDetails =
	"0002010303020403050504040000017d" +
	"01020300041105122131410613516107227114328191a1082342b1c11552d1f0" +
	"2433627282090a161718191a25262728292a3435363738393a43444546474849" +
	"4a535455565758595a636465666768696a737475767778797a83848586878889" +
	"8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5" +
	"c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8" +
	"f9fa";
const chrominanceDetails =
	"00020102040403040705040400010277" +
	"000102031104052131061241510761711322328108144291a1b1c109233352f0" +
	"156272d10a162434e125f11718191a262728292a35363738393a434445464748" +
	"494a535455565758595a636465666768696a737475767778797a828384858687" +
	"88898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3" +
	"c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8" +
	"f9fa";

/** The standard's tables, for the mean of a block (DC) and for its details (AC). */
export const huffmanTables = {
	luminance: {
		mean: huffmanTable(luminanceMeans),
		details: huffmanTable(luminanceDetails),
	},
	chrominance: {
		mean: huffmanTable(chrominanceMeans),
		details: huffmanTable(chrominanceDetails),
	},
} as const;

function huffmanTable(hex: string): HuffmanTable {
	const bytes = new Uint8Array(Buffer.from(hex, "hex"));
	const counts = bytes.subarray(0, 16);
	const symbols = bytes.subarray(16);
	const codes = new Uint16Array(256);
	const lengths = new Uint8Array(256);
	let next = 0;
	let code = 0;
	for (let length = 1; length <= 16; length++, code <<= 1) {
		for (let i = 0; i < counts[length - 1]!; i++, code++) {
			const symbol = symbols[next++]!;
			codes[symbol] = code;
			lengths[symbol] = length;
		}
	}
	return { counts, symbols, codes, lengths };
}
