import { readFileSync } from "node:fs";

/** The version of this package: that of the nearest package.json above this file, in the sources and in `dist` alike. */
export function packageVersion(): string {
	for (const path of ["../package.json", "../../package.json"]) {
		try {
			const text = readFileSync(new URL(path, import.meta.url), "utf8");
			return (JSON.parse(text) as { version: string }).version;
		} catch {}
	}
	return "0";
}
