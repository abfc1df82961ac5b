/** Writes the notebooks without their outputs to `dist/notebooks`, from where the package has them. */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readNotebook, writeNotebook } from "./format.js";
import { withoutOutputs } from "./samples.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const from = join(root, "notebooks");
const to = join(root, "dist", "notebooks");

mkdirSync(to, { recursive: true });
for (const file of readdirSync(from).filter((name) => name.endsWith(".ipynb")))
	writeNotebook(join(to, file), withoutOutputs(readNotebook(join(from, file))));
