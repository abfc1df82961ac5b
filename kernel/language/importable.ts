import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot, stampOf } from "./host.js";
import { typescript } from "./typescript.js";

/** A name that a package exports. */
export interface Importable {
	readonly name: string;
	/** What it is, as completions call it: `function`, `const`, `class`, `interface`. */
	readonly kind: string;
	readonly specifier: string;
}

/** The file of types that a specifier leads to. */
type Resolve = (specifier: string, from: string) => string | undefined;

type Names = Map<string, string>;

const own = ["robust-transfer", "robust-transfer/parts"];
const mostFiles = 400;

const declaration =
	/^export\s+(?:declare\s+)?(?:abstract\s+|async\s+)?(function\*?|const|let|var|class|interface|type|enum|namespace)\s+([\w$]+)/gm;
const list = /^export\s*(?:type\s*)?\{([^}]*)\}/gm;
const all = /^export\s*\*\s*(?:as\s+([\w$]+)\s+)?from\s*["']([^"']+)["']/gm;

/** The names that packages of a project export, found in their declarations without a checker, which would take seconds. */
export class ImportableNames {
	readonly #files = new Map<string, Names>();
	#found: readonly Importable[] = [];
	#stamp = "";

	constructor(
		readonly folder: string,
		readonly resolve: Resolve,
	) {}

	/** What can be imported from this library and from the packages that the project's `package.json` names. */
	all(): readonly Importable[] {
		const path = join(projectRoot(this.folder), "package.json");
		const stamp = stampOf(path);
		if (stamp === this.#stamp) return this.#found;
		this.#stamp = stamp;
		this.#found = packagesOf(path).flatMap((specifier) => {
			const file = this.resolve(specifier, join(this.folder, "notebook.ts"));
			if (!file) return [];
			const names = this.#namesOf(file, { left: mostFiles, seen: new Set() });
			return [...names].map(([name, kind]) => ({ name, kind, specifier }));
		});
		return this.#found;
	}

	#namesOf(
		path: string,
		bound: { left: number; readonly seen: Set<string> },
	): Names {
		const known = this.#files.get(path);
		if (known) return known;
		const names: Names = new Map();
		if (bound.seen.has(path) || bound.left-- <= 0) return names;
		bound.seen.add(path);
		const text = typescript.sys.readFile(path) ?? "";
		for (const [, kind = "", name = ""] of text.matchAll(declaration)) {
			names.set(name, kind);
		}
		for (const [, inner = ""] of text.matchAll(list)) {
			for (const item of inner.split(",")) {
				const [name] = /[\w$]+\s*$/.exec(item) ?? [];
				if (name) names.set(name.trim(), "alias");
			}
		}
		for (const [, name, specifier = ""] of text.matchAll(all)) {
			const next = name ? undefined : this.resolve(specifier, path);
			if (name) names.set(name, "module");
			if (!next) continue;
			for (const [inner, kind] of this.#namesOf(next, bound)) {
				if (!names.has(inner)) names.set(inner, kind);
			}
		}
		names.delete("default");
		this.#files.set(path, names);
		return names;
	}
}

/** This library, then the packages that a `package.json` names, but those of types alone. */
function packagesOf(path: string): string[] {
	let named: object = {};
	try {
		named = JSON.parse(readFileSync(path, "utf8")).dependencies ?? {};
	} catch {}
	const others = Object.keys(named).filter(
		(name) => !name.startsWith("@types/") && name !== own[0],
	);
	return [...own, ...others.sort()];
}
