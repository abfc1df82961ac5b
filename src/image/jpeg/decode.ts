import type { Image } from "../image.js";
import { decodeByLibjpeg } from "./libjpeg.js";
import { decodeUsual } from "./usual.js";

/**
 * Decodes a JPEG file to 8-bit RGB as libjpeg-turbo and Pillow do.
 *
 * The usual kinds are decoded here, in half the time, all others by libjpeg-turbo. Gray pictures get three
 * equal channels; CMYK ones become RGB without a color profile. What libjpeg gets over, such as stray bytes
 * between segments or coded pixels that end too early, is no error; a progressive picture without its last
 * scans is smoothed as by version 2.0, which later ones do otherwise. Throws where the file is cut off, of more
 * than 8 bits, arithmetically coded, lossless, or damaged otherwise.
 */
export const decodeJpeg = (bytes: Uint8Array): Image =>
	decodeUsual(bytes) ?? decodeByLibjpeg(bytes);
