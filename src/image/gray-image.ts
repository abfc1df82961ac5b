/** An 8-bit picture of one channel: `height · width` bytes, row by row. */
export interface GrayImage {
	readonly data: Uint8Array;
	readonly height: number;
	readonly width: number;
}
