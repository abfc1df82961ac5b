// A table of Huffman codes: for each 10 bits what they begin with, then for each length what is above its codes, as 16
// bits, and what leads from a code to its symbol; then how many codes there are of each length, and all symbols.
const lookupBits: i32 = 10;
const limitsAt: usize = 4096;
const offsetsAt: usize = 4168;
const countsAt: usize = 4240;
const symbolsAt: usize = 4256;

/** A number of so many bits, as JPEGs hold it: those that begin with 0 are negative. */
export function signed(raw: i32, size: i32): i32 {
	return raw >> (size - 1) ? raw : raw - (1 << size) + 1;
}

/**
 * Fills what bits begin with a code of a length: zero where the code is longer than 10 bits; else its length, the symbol
 * from bit 8 on; where the number behind it is there too, and wanted, the length of both, the zeros before, and the number from bit
 * 16 on.
 */
function fillCode(
	table: usize,
	code: i32,
	length: i32,
	symbol: i32,
	hasNumbers: bool,
): void {
	const rest = lookupBits - length;
	const size = symbol & 15;
	let to = table + 4 * (code << rest);
	for (let bits = 0; bits < 1 << rest; bits++, to += 4) {
		let entry = length | (symbol << 8);
		if (hasNumbers && size > 0 && size <= rest) {
			const number = signed(bits >> (rest - size), size);
			entry = (length + size) | ((symbol >> 4) << 8) | (number << 16);
		}
		store<i32>(to, entry);
	}
}

/**
 * Completes a table, of which the counts and symbols are there, the rest is zero; with the numbers behind codes, or
 * without. False where there are no such codes.
 */
export function jpegFillTable(table: usize, hasNumbers: bool): bool {
	let code = 0;
	let next = 0;
	for (let length = 1; length <= 16; length++, code <<= 1) {
		const place = 4 * length;
		store<i32>(table + offsetsAt + place, next - code);
		const count = <i32>load<u8>(table + countsAt + length - 1);
		// A code of ones alone is not allowed.
		if (count > 0 && code + count >= 1 << length) return false;
		for (let i = 0; i < count; i++, code++, next++)
			if (length <= lookupBits) {
				const symbol = load<u8>(table + symbolsAt + next);
				fillCode(table, code, length, symbol, hasNumbers);
			}
		store<i32>(table + limitsAt + place, code << (16 - length));
	}
	return true;
}

/** The entry, as those of 10 bits, for bits that begin with a longer code; zero where they begin with none. */
export function longCode(table: usize, bits: u64): i32 {
	const start = <i32>(bits >> 48);
	for (let length = lookupBits + 1; length <= 16; length++) {
		const place = 4 * length;
		if (start >= load<i32>(table + limitsAt + place)) continue;
		const code = start >> (16 - length);
		const index = code + load<i32>(table + offsetsAt + place);
		return length | ((<i32>load<u8>(table + symbolsAt + index)) << 8);
	}
	return 0;
}
