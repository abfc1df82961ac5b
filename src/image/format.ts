/** The formats that can be decoded. */
export type Format = "JPEG" | "PNG" | "WebP" | "BMP";

/** The names of picture files, also of those that are refused: leaving them out would be silent. */
export const pictureNames =
	/\.(jpe?g|png|webp|bmp|gif|tiff?|jp2|avif|hei[cf]|p[bgnp]m)$/i;

/** What a file has at a place: its beginning where none is given. */
type Signature = readonly [bytes: string, at?: number];

const formats: Readonly<Record<Format, readonly Signature[]>> = {
	JPEG: [["\xff\xd8\xff"]],
	PNG: [["\x89PNG"]],
	WebP: [["RIFF"], ["WEBP", 8]],
	BMP: [["BM"], ["\0\0\0", 15]],
};

/** What else is found in place of an image. */
const others: readonly (readonly [what: string, ...signatures: Signature[]])[] =
	[
		["a GIF file", ["GIF8"]],
		["a TIFF file", ["II*\0"]],
		["a TIFF file", ["MM\0*"]],
		["a TIFF file", ["II+\0"]],
		["a TIFF file", ["MM\0+"]],
		["an AVIF file", ["ftypavi", 4]],
		["a HEIC file", ["ftyphe", 4]],
		["a HEIC file", ["ftypmif", 4]],
		["a JPEG 2000 file", ["\0\0\0\x0cjP  "]],
		["a JPEG 2000 file", ["\xff\x4f\xff\x51"]],
		["a JPEG XL file", ["\0\0\0\x0cJXL "]],
		["a JPEG XL file", ["\xff\x0a"]],
		["a damaged JPEG file", ["\xff\xd8"]],
		["a Photoshop file", ["8BPS"]],
		["an icon", ["\0\0\x01\0"]],
		["an OpenEXR file", ["v/1\x01"]],
		["a Radiance file", ["#?RADIANCE"]],
		["a NumPy file", ["\x93NUMPY"]],
		["a PDF file", ["%PDF"]],
		["a ZIP file", ["PK\x03\x04"]],
		["a gzip file", ["\x1f\x8b"]],
		["a Git LFS pointer, not the file itself", ["version https://git-lfs"]],
		["nothing but zeros", ["\0".repeat(16)]],
	];
const texts: readonly (readonly [what: string, pattern: RegExp])[] = [
	["a Netpbm file", /^P[1-7]\s/],
	["an SVG file", /^\s*(<\?xml.*)?<svg/is],
	["a web page", /^\s*<(!doctype html|html)/i],
];

const enough = 256;

const startOf = (bytes: Uint8Array): string =>
	Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
		"latin1",
		0,
		enough,
	);

const has = (start: string, signatures: readonly Signature[]): boolean =>
	signatures.every(([bytes, at]) => start.startsWith(bytes, at));

/** Which format a file has, by its content; undefined where it is none that can be decoded. */
export function formatOf(bytes: Uint8Array): Format | undefined {
	const start = startOf(bytes);
	const known = Object.keys(formats) as Format[];
	return known.find((format) => has(start, formats[format]));
}

/** What a file is, in words, by its content. */
export function describeFormat(bytes: Uint8Array): string {
	if (bytes.length === 0) return "no bytes";
	const format = formatOf(bytes);
	if (format) return `a ${format} file`;
	const start = startOf(bytes);
	const other =
		others.find(([, ...signatures]) => has(start, signatures)) ??
		texts.find(([, pattern]) => pattern.test(start));
	const hex = Buffer.from(bytes.subarray(0, 4)).toString("hex");
	return other?.[0] ?? `bytes ${hex.match(/../g)?.join(" ")} ...`;
}

/** Decodes a file that has a format by its start; errors say that it is damaged or beyond us, and how. */
export function asFormat<Result>(format: Format, decode: () => Result): Result {
	try {
		return decode();
	} catch (error) {
		throw new Error(
			`damaged or unsupported ${format} file: ${(error as Error).message}`,
			{ cause: error },
		);
	}
}
