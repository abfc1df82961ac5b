/** Sides of boxes: in double precision where a file has them, in single where a network does. */
export type BoxArray = Float32Array | Float64Array;

/** Boxes in single precision, in which networks are trained; the same array where they are. */
export const singleBoxes = (boxes: BoxArray): Float32Array =>
	boxes instanceof Float32Array ? boxes : Float32Array.from(boxes);
