import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { plotlySource } from "../src/analysis/plotly-source.js";
import { kernelName, kernelSpec, plotlyFile } from "./kernelspec.js";
import { logoPng, logoSvg } from "./logo.js";

/** A kernel that Jupyter can find. */
export interface InstalledKernel {
	readonly name: string;
	readonly displayName: string;
	readonly folder: string;
	/** What of its command is gone, so that it cannot start; undefined where it can. */
	readonly missing: string | undefined;
}

/** Which kernel is meant: where it is, and what it is called. */
export interface KernelPlace {
	/** Below `<prefix>/share/jupyter`; that of the user unless told otherwise. */
	readonly prefix?: string | undefined;
	/** Its name for Jupyter; "robust-transfer" unless told otherwise. */
	readonly name?: string | undefined;
}

/** A name as Jupyter takes it: letters, digits, `-`, `.` and `_`; throws for any other. */
function checkedName(name: string): string {
	if (/^[a-z0-9._-]+$/i.test(name)) return name.toLowerCase();
	throw new Error(
		`--name ${name}: Jupyter takes letters, digits, "-", "." and "_" only; --display-name can be anything`,
	);
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
export function kernelFolder({
	prefix,
	name = kernelName,
}: KernelPlace = {}): string {
	const data =
		prefix === undefined ? userDataFolder() : join(prefix, "share", "jupyter");
	return join(data, "kernels", checkedName(name));
}

/** Writes the kernelspec, its logos, and Plotly for figures; returns their folder. */
export function installKernel(place: KernelPlace = {}, title?: string): string {
	const folder = kernelFolder(place);
	mkdirSync(folder, { recursive: true });
	const spec = `${JSON.stringify(kernelSpec(title), undefined, 1)}\n`;
	writeFileSync(join(folder, "kernel.json"), spec);
	writeFileSync(join(folder, plotlyFile), plotlySource());
	writeFileSync(join(folder, "logo-svg.svg"), logoSvg);
	for (const side of [32, 64]) {
		writeFileSync(join(folder, `logo-${side}x${side}.png`), logoPng(side));
	}
	return folder;
}

/** Removes the kernelspec; false when there is none. */
export function uninstallKernel(place: KernelPlace = {}): boolean {
	const folder = kernelFolder(place);
	if (!existsSync(folder)) return false;
	rmSync(folder, { recursive: true });
	return true;
}

/** The program of a command, or the script that Node.js is to run, if it is not there. */
function missingOf([program, ...rest]: readonly string[]): string | undefined {
	if (program === undefined) return "no command";
	const isFound = isAbsolute(program)
		? existsSync(program)
		: (process.env.PATH ?? "")
				.split(delimiter)
				.some((folder) => existsSync(join(folder, program)));
	if (!isFound) return program;
	return rest.find((part) => /^\/.*\.[cm]?js$/.test(part) && !existsSync(part));
}

function readKernels(data: string): InstalledKernel[] {
	const kernels = join(data, "kernels");
	if (!existsSync(kernels)) return [];
	return readdirSync(kernels).flatMap((name) => {
		const folder = join(kernels, name);
		try {
			const text = readFileSync(join(folder, "kernel.json"), "utf8");
			const spec = JSON.parse(text) as {
				readonly display_name?: string;
				readonly argv?: readonly string[];
			};
			const missing = missingOf(spec.argv ?? []);
			return [
				{ name, displayName: spec.display_name ?? name, folder, missing },
			];
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
