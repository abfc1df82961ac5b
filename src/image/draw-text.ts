import type { Image } from "./image.js";

/** Letters of 5 x 9 dots: nine rows from the top, two of them below the line, each five bits (a digit in base 32) from the left. */
const glyphs: Readonly<Record<string, string>> = {
	a: "00e1fhf00",
	b: "ggmphhu00",
	c: "00egghe00",
	d: "11djhhf00",
	e: "00ehvge00",
	f: "698s88800",
	g: "00fhhhf1e",
	h: "ggmphhh00",
	i: "40c444e00",
	j: "2062222ic",
	k: "ggikoki00",
	l: "c44444e00",
	m: "00qllhh00",
	n: "00mphhh00",
	o: "00ehhhe00",
	p: "00uhhhugg",
	q: "00fhhhf11",
	r: "00mpggg00",
	s: "00fge1u00",
	t: "88s889600",
	u: "00hhhjd00",
	v: "00hhha400",
	w: "00hhlla00",
	x: "00ha4ah00",
	y: "00hhhhf1e",
	z: "00v248v00",
	"0": "ehjlphe00",
	"1": "4c4444e00",
	"2": "eh1248v00",
	"3": "v2421he00",
	"4": "26aiv2200",
	"5": "vgu11he00",
	"6": "68guhhe00",
	"7": "v12488800",
	"8": "ehhehhe00",
	"9": "ehhf12c00",
	"-": "000e00000",
	".": "00000cc00",
	" ": "000000000",
};

/** The size of a letter with the gap after it, in dots. */
const advance = 6;
const rows = 9;

/** The height of a line and the width of `text`, in pixels. */
export function textSize(
	text: string,
	scale = 1,
): { height: number; width: number } {
	return {
		height: rows * scale,
		width: Math.max(0, text.length * advance - 1) * scale,
	};
}

/**
 * Writes a line of text into an image, its top left corner at `top`, `left`; what lies outside is cut off.
 *
 * Lower-case letters, digits, "-", "." and spaces, of 5 x 9 dots, `scale` pixels a dot.
 * Throws a `RangeError` for other characters.
 */
export function drawText(
	image: Image,
	text: string,
	{
		top,
		left,
		scale = 1,
		level = 0,
	}: { top: number; left: number; scale?: number; level?: number },
): void {
	[...text].forEach((character, i) => {
		const glyph = glyphs[character];
		if (glyph === undefined) {
			throw new RangeError(`there is no glyph for "${character}"`);
		}
		for (let row = 0; row < rows; row++) {
			const bits = Number.parseInt(glyph[row]!, 32);
			for (let column = 0; column < advance - 1; column++) {
				if (((bits >> (advance - 2 - column)) & 1) === 0) continue;
				fillSquare(image, level, {
					top: top + row * scale,
					left: left + (i * advance + column) * scale,
					side: scale,
				});
			}
		}
	});
}

function fillSquare(
	{ data, height, width }: Image,
	level: number,
	{ top, left, side }: { top: number; left: number; side: number },
): void {
	const right = Math.min(left + side, width);
	for (let y = Math.max(top, 0); y < Math.min(top + side, height); y++) {
		const row = y * width;
		data.fill(level, (row + Math.max(left, 0)) * 3, (row + right) * 3);
	}
}
