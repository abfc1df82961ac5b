/** A file of a tar archive, or, of another kind, a folder or a link. */
export function entry(name: string, bytes: Uint8Array, kind = "0"): Buffer {
	const header = Buffer.alloc(512);
	header.write(name);
	header.write("0000644\0", 100);
	header.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124);
	header.write("        ", 148);
	header.write(kind, 156);
	header.write("ustar\x0000", 257);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	const padding = Buffer.alloc((512 - (bytes.length % 512)) % 512);
	return Buffer.concat([header, bytes, padding]);
}

/** How a tar archive ends. */
export const end = Buffer.alloc(1024);
