import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const standIn = fileURLToPath(
	new URL("./tensorflow-stand-in.js", import.meta.url),
);

/** What a package of TensorFlow does when it is loaded: as the stand-in does, or throw. */
export type Loading = "works" | { readonly throws: string };

/**
 * Writes a package of the name of one of TensorFlow's into a folder.
 *
 * Returns the environment in which processes find it, as if it were installed.
 */
export function installStandIn(
	folder: string,
	name: "tfjs-node" | "tfjs-node-gpu",
	loading: Loading = "works",
): { readonly NODE_PATH: string } {
	const modules = join(folder, "node_modules");
	const path = join(modules, "@tensorflow", name);
	mkdirSync(path, { recursive: true });
	const record = { name: `@tensorflow/${name}`, version: "4.22.0" };
	writeFileSync(join(path, "package.json"), JSON.stringify(record));
	const code =
		loading === "works"
			? `module.exports = require(${JSON.stringify(standIn)});`
			: `throw new Error(${JSON.stringify(loading.throws)});`;
	writeFileSync(join(path, "index.js"), code);
	return { NODE_PATH: modules };
}
