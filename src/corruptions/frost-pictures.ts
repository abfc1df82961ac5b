import { existsSync } from "node:fs";
import { join } from "node:path";
import { readImage } from "../image/decode.js";
import type { Image } from "../image/image.js";

/** The names of the pictures of the frost corruption, in the order they are drawn by. */
export const frostFiles = [
	"frost1.png",
	"frost2.png",
	"frost3.png",
	"frost4.jpg",
	"frost5.jpg",
	"frost6.jpg",
] as const;

/** Whether frost is cut out of the original pictures or of procedural ones: part of every result. */
export type FrostSource = "original" | "procedural";

/** What the frost corruption makes of these pictures. */
export function frostSource(pictures?: readonly Image[]): FrostSource {
	return pictures ? "original" : "procedural";
}

/**
 * Reads the six original pictures of the frost corruption, which `data-scripts/frost.ts` fetches.
 *
 * Gives `undefined`, for procedural frost, where the folder holds none of them; throws an `Error`
 * that names the missing ones where it holds only some.
 */
export async function loadFrostPictures(
	folder = "data/frost",
): Promise<readonly Image[] | undefined> {
	const missing = frostFiles.filter((name) => !existsSync(join(folder, name)));
	if (missing.length === frostFiles.length) return undefined;
	if (missing.length > 0) {
		throw new Error(`${folder} lacks ${missing.join(", ")}; fetch them again`);
	}
	return Promise.all(frostFiles.map((name) => readImage(join(folder, name))));
}
