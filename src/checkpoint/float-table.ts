/** How the bits of a small float are shared out, and which of them are no finite number. */
interface SmallFloat {
	readonly exponentBits: number;
	readonly fractionBits: number;
	readonly bias: number;
	readonly signed: boolean;
	/**
	 * `ieee`: the highest exponent is infinity and NaN. `highest`: only the highest code of either sign is
	 * NaN. `negative zero`: only that code is NaN.
	 */
	readonly special: "ieee" | "highest" | "negative zero";
}

const formats = {
	float16: {
		exponentBits: 5,
		fractionBits: 10,
		bias: 15,
		signed: true,
		special: "ieee",
	},
	float8_e5m2: {
		exponentBits: 5,
		fractionBits: 2,
		bias: 15,
		signed: true,
		special: "ieee",
	},
	float8_e4m3fn: {
		exponentBits: 4,
		fractionBits: 3,
		bias: 7,
		signed: true,
		special: "highest",
	},
	float8_e5m2fnuz: {
		exponentBits: 5,
		fractionBits: 2,
		bias: 16,
		signed: true,
		special: "negative zero",
	},
	float8_e4m3fnuz: {
		exponentBits: 4,
		fractionBits: 3,
		bias: 8,
		signed: true,
		special: "negative zero",
	},
	float8_e8m0fnu: {
		exponentBits: 8,
		fractionBits: 0,
		bias: 127,
		signed: false,
		special: "highest",
	},
} as const satisfies Record<string, SmallFloat>;

/** A float of so few bits that all its values fit a table. */
export type SmallFloatName = keyof typeof formats;

/** Whether there is a table of an element type. */
export function isSmallFloat(dtype: string): dtype is SmallFloatName {
	return Object.hasOwn(formats, dtype);
}

const quietNaN = 0x7fc00000;

/** The bits of the float32 that a code without its sign means. */
function magnitude(code: number, format: SmallFloat): number {
	const { exponentBits, fractionBits, bias, signed, special } = format;
	const exponent = code >>> fractionBits;
	const fraction = code & (2 ** fractionBits - 1);
	const highest = 2 ** exponentBits - 1;
	const lastFraction = 2 ** fractionBits - 1;
	const isHighest = exponent === highest && fraction === lastFraction;
	const isNoNumber =
		special === "ieee"
			? exponent === highest && fraction > 0
			: special === "highest" && isHighest;
	if (isNoNumber) return quietNaN | (fraction << (23 - fractionBits));
	if (special === "ieee" && exponent === highest) return 0x7f800000;
	const significand =
		exponent === 0 && signed ? fraction : 2 ** fractionBits + fraction;
	const power = signed ? Math.max(1, exponent) : exponent;
	const value = significand * 2 ** (power - bias - fractionBits);
	return new Uint32Array(new Float32Array([value]).buffer)[0] as number;
}

function makeTable(format: SmallFloat): Uint32Array {
	const { exponentBits, fractionBits, signed, special } = format;
	const codes = 2 ** (exponentBits + fractionBits);
	const table = new Uint32Array(signed ? 2 * codes : codes);
	for (let code = 0; code < codes; code++) {
		const bits = magnitude(code, format);
		table[code] = bits;
		if (signed) table[codes + code] = bits | 0x80000000;
	}
	if (special === "negative zero") table[codes] = quietNaN;
	return table;
}

const tables = new Map<SmallFloatName, Uint32Array>();

/**
 * The bits of the float32 that is exactly the value of each code of a small float.
 *
 * Source: IEEE 754 binary16; OCP 8-bit floating point and microscaling formats; `c10/util/Float8_*.h` for
 * the types without infinities and negative zero.
 */
export function floatTable(dtype: SmallFloatName): Uint32Array {
	const table = tables.get(dtype) ?? makeTable(formats[dtype]);
	tables.set(dtype, table);
	return table;
}
