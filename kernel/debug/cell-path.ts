import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { murmur2 } from "./murmur2.js";

/** How clients of the debugger make the path that stands for a cell: no file is ever there. */
export const cellPaths = {
	method: "Murmur2",
	seed: 0xc70f6907,
	prefix: join(tmpdir(), `robust-transfer_${process.pid}`) + sep,
	suffix: ".ts",
} as const;

/** The path that stands for a cell with that source. */
export const cellPath = (source: string): string =>
	`${cellPaths.prefix}${murmur2(source, cellPaths.seed)}${cellPaths.suffix}`;

/** A compiled cell or local module, as the debugger needs it. */
export interface ScriptInfo {
	/** What its frames are called: `In[4]#17`, or the path of a module. */
	readonly url: string;
	/** Where its source is: a file, or what stands for a cell. */
	readonly path: string;
	/** How it is called in a list of frames. */
	readonly label: string;
	readonly text: string;
	readonly map: string;
	/** Lines before those that the reader knows. */
	readonly head: number;
}

/** The name of the kernel's end of the debugger on the global object. */
export const probeKey = "Jupyter.debug";
