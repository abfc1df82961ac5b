import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** The code of Plotly (cartesian charts), which sets `window.Plotly`. */
export const plotlySource = (): string =>
	readFileSync(require.resolve("plotly.js-cartesian-dist-min"), "utf8");
