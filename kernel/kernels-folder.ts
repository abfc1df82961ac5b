import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { plotlySource } from "../src/analysis/plotly-source.js";
import { kernelName, kernelSpec, plotlyFile } from "./kernelspec.js";
import { logoPng, logoSvg } from "./logo.js";

/** A kernel that Jupyter can find. */
export interface InstalledKernel {
	readonly name: string;
	readonly displayName: string;
	readonly folder: string;
}

/** Jupyter's data folder of this user. */
export function userDataFolder(env: NodeJS.ProcessEnv = process.env): string {
	if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
	if (process.platform === "darwin")
		return join(homedir(), "Library", "Jupyter");
	if (process.platform === "win32") {
		return join(
			env.APPDATA ?? join(homedir(), "AppData", "Roaming"),
			"jupyter",
		);
	}
	const share = env.XDG_DATA_HOME ?? join(homedir(), ".local", "share");
	return join(share, "jupyter");
}

/** Where the kernel goes: below a prefix (an environment, `/usr/local`), else with the user. */
export function kernelFolder(prefix?: string): string {
	const data =
		prefix === undefined ? userDataFolder() : join(prefix, "share", "jupyter");
	return join(data, "kernels", kernelName);
}

/** Writes the kernelspec, its logos, and Plotly for figures; returns their folder. */
export function installKernel(prefix?: string): string {
	const folder = kernelFolder(prefix);
	mkdirSync(folder, { recursive: true });
	const spec = `${JSON.stringify(kernelSpec(), undefined, 1)}\n`;
	writeFileSync(join(folder, "kernel.json"), spec);
	writeFileSync(join(folder, plotlyFile), plotlySource());
	writeFileSync(join(folder, "logo-svg.svg"), logoSvg);
	for (const side of [32, 64]) {
		writeFileSync(join(folder, `logo-${side}x${side}.png`), logoPng(side));
	}
	return folder;
}

/** Removes the kernelspec; false when there is none. */
export function uninstallKernel(prefix?: string): boolean {
	const folder = kernelFolder(prefix);
	if (!existsSync(folder)) return false;
	rmSync(folder, { recursive: true });
	return true;
}

function readKernels(data: string): InstalledKernel[] {
	const kernels = join(data, "kernels");
	if (!existsSync(kernels)) return [];
	return readdirSync(kernels).flatMap((name) => {
		const folder = join(kernels, name);
		try {
			const text = readFileSync(join(folder, "kernel.json"), "utf8");
			const spec = JSON.parse(text) as { display_name?: string };
			return [{ name, displayName: spec.display_name ?? name, folder }];
		} catch {
			return [];
		}
	});
}

/** Every kernel in the folders that Jupyter searches. */
export function listKernels(prefix?: string): InstalledKernel[] {
	const search = [
		...(prefix === undefined ? [] : [join(prefix, "share", "jupyter")]),
		...(process.env.JUPYTER_PATH ?? "").split(delimiter).filter(Boolean),
		userDataFolder(),
		"/usr/local/share/jupyter",
		"/usr/share/jupyter",
	];
	return [...new Set(search)].flatMap(readKernels);
}
