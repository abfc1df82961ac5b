/** How many pixels a file may hold, as in Pillow: more is taken for an attack on the memory. */
export const mostPixels = 178_956_970;

/** Throws where a file says that it holds no pixels, or more than can be meant. */
export function checkPixels(height: number, width: number): void {
	if (height > 0 && width > 0 && height * width <= mostPixels) return;
	throw new Error(
		`its header says ${height} x ${width} pixels (height x width), not 1 to ${mostPixels}`,
	);
}
