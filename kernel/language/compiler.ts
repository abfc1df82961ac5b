import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type ts from "@tslab/typescript-for-tslab";
import type { CompletionInfo, Diagnostic } from "tslab/dist/converter.js";
import { type Emitted, emitCommonJs } from "./emit.js";
import { expandShorthand } from "./shorthand.js";
import { createTslabConverter, ownTypeRoot, typescript } from "./typescript.js";

/** A cell that passed the type checker. */
export interface CompiledCell {
	/** Undefined when the cell holds no statement. */
	readonly script: Emitted | undefined;
	/** Declarations of every name that later cells see. */
	readonly declarations: string;
	/** Where the value of the last expression is left, if the cell ends in one. */
	readonly resultName: string | undefined;
	/** Local modules compiled along with the cell, new or changed. */
	readonly modules: readonly Emitted[];
}

/** The type checker, the emitter and the editor services of one notebook. */
export interface Compiler {
	compile(
		declarations: string,
		source: string,
	): CompiledCell | { readonly diagnostics: readonly Diagnostic[] };
	complete(
		declarations: string,
		source: string,
		offset: number,
	): CompletionInfo;
	inspect(
		declarations: string,
		source: string,
		offset: number,
	): ts.QuickInfo | undefined;
	/** Reads changed local files again; returns their paths. */
	refresh(): string[];
}

const here = dirname(fileURLToPath(import.meta.url));

function ancestors(folder: string): string[] {
	const parent = dirname(folder);
	return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}

/** The nearest folder above that holds a package.json, or the folder itself. */
export function projectRoot(folder: string): string {
	const holds = (path: string) => existsSync(join(path, "package.json"));
	return ancestors(folder).find(holds) ?? folder;
}

function typeRoots(folder: string): string[] {
	const roots = ancestors(folder)
		.map((path) => join(path, "node_modules", "@types"))
		.filter((path) => existsSync(path));
	return roots.some((path) => existsSync(join(path, "node")))
		? roots
		: [...roots, ownTypeRoot];
}

function resolve(
	specifier: string,
	file: string,
	options: ts.CompilerOptions,
): ts.ResolvedModuleFull | undefined {
	const find = (from: string) =>
		typescript.resolveModuleName(specifier, from, options, typescript.sys)
			.resolvedModule;
	const isRelative = specifier.startsWith(".") || specifier.startsWith("/");
	return (
		find(file) ?? (isRelative ? undefined : find(join(here, "compiler.ts")))
	);
}

/** Starts TypeScript for the notebooks of a folder; takes about a second. */
export function createCompiler(folder: string): Compiler {
	const emitted = new Map<string, Emitted>();
	const emit = (module: string, source: string) => {
		const result = emitCommonJs(module, source);
		emitted.set(result.code, result);
		return result.code;
	};
	const options: ts.CompilerOptions = {
		moduleResolution: typescript.ModuleResolutionKind.Bundler,
		rootDir: projectRoot(folder),
		lib: ["lib.es2023.d.ts"],
		typeRoots: typeRoots(folder),
		types: ["node"],
		checkJs: false,
		inlineSourceMap: true,
	};
	const globals = join(here, "..", "globals.d.ts");
	const { converter, watcher } = createTslabConverter(
		{ options, rootFiles: [globals], resolve, before: expandShorthand, emit },
		folder,
	);
	return {
		compile(declarations, source) {
			emitted.clear();
			const result = converter.convert(declarations, source);
			if (result.diagnostics.length > 0) {
				return { diagnostics: result.diagnostics };
			}
			return {
				script: emitted.get(result.output ?? ""),
				declarations: result.declOutput ?? "",
				resultName: result.lastExpressionVar,
				modules: (result.sideOutputs ?? []).flatMap(
					({ data }) => emitted.get(data) ?? [],
				),
			};
		},
		complete: (declarations, source, offset) =>
			converter.complete(declarations, source, offset),
		inspect: (declarations, source, offset) =>
			converter.inspect(declarations, source, offset),
		refresh: () => watcher.poll(),
	};
}
