import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** The version of Plotly that comes with this package. */
export const plotlyVersion = "4.1.1";

/** The code of Plotly (cartesian charts), which sets `window.Plotly`. */
export const plotlySource = (): string =>
	readFileSync(require.resolve("plotly.js-cartesian-dist-min"), "utf8");
