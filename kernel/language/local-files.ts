import { existsSync, readFileSync } from "node:fs";
import type ts from "typescript";
import { awaits, type Emitted, emitFile } from "./emit.js";
import type { Host } from "./host.js";
import { type BoundFile, typescript } from "./typescript.js";

interface Resolving extends ts.Program {
	getResolvedModule(
		file: ts.SourceFile,
		name: string,
		mode: ts.ResolutionMode,
	): { resolvedModule?: ts.ResolvedModuleFull } | undefined;
}

const isOfPackage = (path: string) => path.includes("/node_modules/");
const isDeclaration = (path: string) => /\.d\.[cm]?ts$/.test(path);
const isTypeScript = (path: string) => /\.[cm]?tsx?$/.test(path);
const isJson = (path: string) => path.endsWith(".json");

/** The JavaScript that a declaration file describes. */
function described(path: string): string | undefined {
	const [bare, kind] = [path.replace(/\.d\.[cm]?ts$/, ""), path.slice(0, -2)];
	const script = `${bare}.${kind.endsWith("m") ? "m" : kind.endsWith("c") ? "c" : ""}js`;
	return existsSync(script) ? script : undefined;
}

/** The files of the project that cells import: what they are, lead to, and become. */
export class LocalFiles {
	readonly #emitted = new Map<string, string>();
	readonly #checked = new Map<
		string,
		{ readonly key: string; readonly errors: readonly ts.Diagnostic[] }
	>();
	/** Built JavaScript, which Node.js itself loads, and only once. */
	readonly natives = new Set<string>();

	constructor(readonly host: Host) {}

	/** The local files that the specifiers in a file lead to. */
	importsOf(program: ts.Program, file: BoundFile): Map<string, string> {
		const found = new Map<string, string>();
		for (const literal of file.imports ?? []) {
			const mode = program.getModeForUsageLocation(file, literal);
			const { resolvedModule } =
				(program as Resolving).getResolvedModule(file, literal.text, mode) ??
				{};
			const path = resolvedModule?.resolvedFileName;
			if (!path || isOfPackage(path)) continue;
			const isRelative = /^\.{0,2}\//.test(literal.text);
			if (isDeclaration(path)) {
				const script = isRelative ? described(path) : undefined;
				if (!script) continue;
				this.natives.add(script);
				this.host.stamp(script);
			} else if (isRelative || isTypeScript(path)) {
				found.set(literal.text, path);
			}
		}
		return found;
	}

	/** Files and all that they import, each before those that import it, as far as that can be. */
	closure(program: ts.Program, paths: Iterable<string>): Set<string> {
		const seen = new Set<string>();
		const ordered = new Set<string>();
		const visit = (path: string) => {
			if (seen.has(path)) return;
			seen.add(path);
			const file = program.getSourceFile(path) as BoundFile | undefined;
			if (file) {
				for (const next of this.importsOf(program, file).values()) visit(next);
			}
			ordered.add(path);
		};
		for (const path of paths) visit(path);
		return ordered;
	}

	/** What is wrong in files that are used, all that they import included. */
	errors(
		program: ts.Program,
		paths: Iterable<string>,
		{ check }: { readonly check: boolean },
	): ts.Diagnostic[] {
		const closure = this.closure(program, paths);
		const key = [...closure]
			.map((path) => `${path} ${this.host.stamp(path)}`)
			.join("\n");
		return [...closure].flatMap((path) => {
			const file = program.getSourceFile(path);
			if (!file || isJson(path)) return [];
			const syntax = program.getSyntacticDiagnostics(file);
			if (syntax.length > 0 || !check) return [...syntax];
			const known = this.#checked.get(path);
			if (known?.key === key) return known.errors;
			const errors = program.getSemanticDiagnostics(file);
			this.#checked.set(path, { key, errors });
			return errors;
		});
	}

	/** Compiles those of the files, and of what they import, that are new or have changed. */
	emit(program: ts.Program, paths: Iterable<string>): Emitted[] {
		return [...this.closure(program, paths)].flatMap((path) => {
			const stamp = this.host.stamp(path);
			const file = program.getSourceFile(path) as BoundFile | undefined;
			if (!file || this.#emitted.get(path) === stamp) return [];
			this.#emitted.set(path, stamp);
			if (isJson(path)) {
				const code = readFileSync(path, "utf8");
				const imports = new Map<string, string>();
				return [{ code, source: path, maps: [], isAsync: false, imports }];
			}
			const { code, map } = emitFile(program, file);
			const imports = this.importsOf(program, file);
			const isAsync = awaits(file);
			return [{ code, source: path, maps: [map], isAsync, imports }];
		});
	}

	/** Files that have been compiled and have changed since. */
	changed(): string[] {
		return [...this.#emitted]
			.filter(([path, stamp]) => this.host.stamp(path) !== stamp)
			.map(([path]) => path);
	}

	/** Takes a changed file as it is, so that it is not looked at again before its next change. */
	skip(path: string): void {
		this.#emitted.set(path, this.host.stamp(path));
	}

	/** Reads a local file's specifier when the program runs, as an `import()` needs it. */
	resolve(specifier: string, file: string): string | undefined {
		const { resolvedModule } = typescript.resolveModuleName(
			specifier,
			file,
			this.host.settings.options,
			typescript.sys,
		);
		const path = resolvedModule?.resolvedFileName;
		return path && !isOfPackage(path) && !isDeclaration(path)
			? path
			: undefined;
	}
}
