import { createRequire } from "node:module";
import type ts from "@tslab/typescript-for-tslab";
import type { Converter } from "tslab/dist/converter.js";

/** What this kernel changes in the TypeScript that tslab's converter drives. */
export interface CompilerHooks {
	/** Laid over tslab's compiler options. */
	readonly options: ts.CompilerOptions;
	/** Declaration files that every cell sees. */
	readonly rootFiles: readonly string[];
	/** Resolves an import of any file of the program. */
	resolve(
		specifier: string,
		containingFile: string,
		options: ts.CompilerOptions,
	): ts.ResolvedModuleFull | undefined;
	/** Changes the TypeScript of a file of the program before it is emitted. */
	before(program: ts.Program): ts.TransformerFactory<ts.SourceFile>;
	/** Turns the ES module emitted for a source file, with its inline source map, into CommonJS. */
	emit(module: string, sourceFile: string): string;
}

/** Marks source files as changed so that the next conversion reads them again. */
export interface Watcher {
	/** Compares modification times and reports the files that changed. */
	poll(): string[];
}

const requireHere = createRequire(import.meta.url);
const requireTslab = createRequire(
	requireHere.resolve("tslab/dist/converter.js"),
);

/** TypeScript 5.0.4 as tslab patched it: its scanner, parser and transpiler. */
export const typescript = requireTslab(
	"@tslab/typescript-for-tslab",
) as typeof ts;

/** The folder of tslab's own `@types/node`, for projects that have none. */
export const ownTypeRoot = requireTslab
	.resolve("@types/node/package.json")
	.replace(/[\\/]node[\\/]package\.json$/, "");

function pollingSystem(): { sys: ts.System; watcher: Watcher } {
	const watched = new Map<
		string,
		{ changed: ts.FileWatcherCallback; modified: number }
	>();
	const modifiedAt = (path: string) =>
		typescript.sys.getModifiedTime?.(path)?.getTime() ?? 0;
	const sys = Object.assign(Object.create(typescript.sys) as ts.System, {
		useCaseSensitiveFileNames: true,
		watchFile(path: string, changed: ts.FileWatcherCallback) {
			if (!path.includes("/node_modules/")) {
				watched.set(path, { changed, modified: modifiedAt(path) });
			}
			return { close: () => watched.delete(path) };
		},
		watchDirectory: () => ({ close() {} }),
	});
	const poll = () => {
		const paths: string[] = [];
		for (const [path, entry] of watched) {
			const modified = modifiedAt(path);
			if (modified === entry.modified) continue;
			entry.modified = modified;
			paths.push(path);
			entry.changed(path, typescript.FileWatcherEventKind.Changed);
		}
		return paths;
	};
	return { sys, watcher: { poll } };
}

type WatchHostRest = [
	sys: ts.System,
	create?: ts.CreateProgram<ts.EmitAndSemanticDiagnosticsBuilderProgram>,
	diagnostic?: ts.DiagnosticReporter,
	status?: ts.WatchStatusReporter,
];

/**
 * Names the output of a cell as tslab expects it whatever `rootDir` is, remembers which source file each
 * emitted text came from, and changes what is emitted.
 */
function hookedBuilder(
	builder: ts.BuilderProgram,
	hooks: CompilerHooks,
	sources: Map<string, string>,
): ts.BuilderProgram {
	const emit: ts.BuilderProgram["emit"] = (
		file,
		write,
		token,
		onlyDeclarations,
		transformers,
	) => {
		const before = [hooks.before(builder.getProgram())];
		return builder.emit(
			file,
			(name, text, mark, onError, files) => {
				if (files?.[0]) sources.set(text, files[0].fileName);
				const cell = /__tslab__\.(js|d\.ts)$/.exec(name);
				write?.(cell ? `outDir/${cell[0]}` : name, text, mark, onError, files);
			},
			token,
			onlyDeclarations,
			{ ...transformers, before },
		);
	};
	return Object.assign(Object.create(builder), { emit });
}

function hookedTypeScript(hooks: CompilerHooks, sys: ts.System): typeof ts {
	const sources = new Map<string, string>();
	const overrides: Record<string, unknown> = {
		__esModule: true,
		sys,
		createWatchCompilerHost(
			files: string[],
			options: ts.CompilerOptions,
			...rest: WatchHostRest
		) {
			const host = typescript.createWatchCompilerHost(
				[...files, ...hooks.rootFiles],
				{ ...options, ...hooks.options },
				...rest,
			);
			host.resolveModuleNameLiterals = (literals, file, _, resolved) =>
				literals.map(({ text }) => ({
					resolvedModule: hooks.resolve(text, file, resolved),
				}));
			host.hasInvalidatedResolutions = () => false;
			let created: typeof host.afterProgramCreate;
			Object.defineProperty(host, "afterProgramCreate", {
				set: (callback) => {
					created = callback;
				},
				get: () => (builder: ts.EmitAndSemanticDiagnosticsBuilderProgram) =>
					created?.(hookedBuilder(builder, hooks, sources) as typeof builder),
			});
			return host;
		},
		transpileModule: (module: string) => {
			const outputText = hooks.emit(module, sources.get(module) ?? "");
			sources.delete(module);
			return { outputText };
		},
	};
	return Object.create(
		typescript,
		Object.fromEntries(
			Object.entries(overrides).map(([name, value]) => [
				name,
				{ value, writable: true, enumerable: true },
			]),
		),
	) as typeof ts;
}

/**
 * Creates tslab's converter on a TypeScript with our options, resolution and emit.
 *
 * The converter reads its TypeScript from Node's module cache, so the hooked one stands there while
 * `tslab/dist/converter` loads: one converter per process.
 */
export function createTslabConverter(
	hooks: CompilerHooks,
	folder: string,
): { converter: Converter; watcher: Watcher } {
	const { sys, watcher } = pollingSystem();
	const cached =
		requireTslab.cache[requireTslab.resolve("@tslab/typescript-for-tslab")];
	if (!cached) throw new Error("TypeScript is not in the module cache");
	const before = process.cwd();
	cached.exports = hookedTypeScript(hooks, sys);
	process.chdir(folder);
	try {
		const { createConverter } = requireTslab(
			"./converter.js",
		) as typeof import("tslab/dist/converter.js");
		return { converter: createConverter(), watcher };
	} finally {
		process.chdir(before);
		cached.exports = typescript;
	}
}
