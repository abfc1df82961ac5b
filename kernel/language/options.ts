import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type ts from "typescript";
import { typescript } from "./typescript.js";

const has = (holder: unknown, name: string | symbol) =>
	(typeof holder === "function" || typeof holder === "object") &&
	holder !== null &&
	name in holder;

const globals = globalThis as unknown as Record<string, unknown>;

/** What newer libraries declare, and whether the Node.js that runs has it. */
const newer: Readonly<Record<string, boolean>> = {
	"es2024.arraybuffer": has(ArrayBuffer.prototype, "transfer"),
	"es2024.collection": has(Map, "groupBy"),
	"es2024.object": has(Object, "groupBy"),
	"es2024.promise": has(Promise, "withResolvers"),
	"es2024.regexp": has(RegExp.prototype, "unicodeSets"),
	"es2024.sharedmemory": has(Atomics, "waitAsync"),
	"es2024.string": has(String.prototype, "isWellFormed"),
	"es2025.collection": has(Set.prototype, "union"),
	"es2025.float16": has(globals, "Float16Array"),
	"es2025.intl": has(Intl, "DurationFormat"),
	"es2025.iterator": has(globals, "Iterator"),
	"es2025.promise": has(Promise, "try"),
	"es2025.regexp": has(RegExp, "escape"),
	"esnext.array": has(Array, "fromAsync"),
	"esnext.collection": has(Map.prototype, "getOrInsert"),
	"esnext.disposable": has(Symbol, "dispose"),
	"esnext.error": has(Error, "isError"),
	"esnext.sharedmemory": has(Atomics, "pause"),
	"esnext.temporal": has(globals, "Temporal"),
	"esnext.typedarrays": has(Uint8Array, "fromBase64"),
};

/** The libraries of ECMAScript that the running Node.js has. */
export const nodeLibraries = (): string[] => [
	"lib.es2023.d.ts",
	"lib.esnext.decorators.d.ts",
	...Object.keys(newer)
		.filter((name) => newer[name])
		.map((name) => `lib.${name}.d.ts`),
];

/** Options of a project that say how strict the checker is and how decorators, JSX and paths are read. */
const followed = [
	"strict",
	"noImplicitAny",
	"strictNullChecks",
	"strictFunctionTypes",
	"strictBindCallApply",
	"strictPropertyInitialization",
	"strictBuiltinIteratorReturn",
	"noImplicitThis",
	"useUnknownInCatchVariables",
	"exactOptionalPropertyTypes",
	"noImplicitOverride",
	"noImplicitReturns",
	"noFallthroughCasesInSwitch",
	"noPropertyAccessFromIndexSignature",
	"noUncheckedIndexedAccess",
	"allowUnreachableCode",
	"allowUnusedLabels",
	"checkJs",
	"experimentalDecorators",
	"emitDecoratorMetadata",
	"useDefineForClassFields",
	"jsx",
	"jsxFactory",
	"jsxFragmentFactory",
	"jsxImportSource",
	"paths",
	"pathsBasePath",
	"baseUrl",
	"customConditions",
] as const;

/** Every folder from one up to the root. */
export function ancestors(folder: string): string[] {
	const parent = dirname(folder);
	return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}

function base(): ts.CompilerOptions {
	return {
		target: typescript.ScriptTarget.ES2022,
		module: typescript.ModuleKind.ESNext,
		moduleResolution: typescript.ModuleResolutionKind.Bundler,
		lib: nodeLibraries(),
		types: ["node"],
		strict: false,
		alwaysStrict: false,
		ignoreDeprecations: "6.0",
		esModuleInterop: true,
		allowJs: true,
		checkJs: false,
		resolveJsonModule: true,
		allowImportingTsExtensions: true,
		preserveConstEnums: true,
		jsx: typescript.JsxEmit.React,
		skipLibCheck: true,
		sourceMap: true,
		newLine: typescript.NewLineKind.LineFeed,
		// nothing is written: outputs only need names that are not those of sources
		rootDir: "/",
		outDir: "/\u0000",
	};
}

/** The compiler options of a folder's notebooks, and what was wrong with its `tsconfig.json`. */
export interface Settings {
	readonly options: ts.CompilerOptions;
	readonly complaints: readonly string[];
	/** Changes when a `tsconfig.json` that was read does. */
	readonly stamp: string;
}

const stampOf = (paths: readonly string[]) =>
	paths
		.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)
		.join(" ");

/** Reads the options for the notebooks of a folder: ours, and the strictness of a `tsconfig.json` beside them. */
export function readSettings(folder: string): Settings & { stale(): boolean } {
	const path = join(folder, "tsconfig.json");
	const paths = [path];
	const options = base();
	const complaints: string[] = [];
	if (existsSync(path)) {
		const { config, error } = typescript.readConfigFile(path, (file) => {
			return typescript.sys.readFile(file);
		});
		const parsed = typescript.parseJsonConfigFileContent(
			{ ...config, files: [], include: [], references: [] },
			{ ...typescript.sys, readDirectory: () => [] },
			folder,
			undefined,
			path,
		);
		const extended = config?.extends ? [config.extends].flat() : [];
		paths.push(...extended.map((name: string) => join(folder, name)));
		for (const name of followed) {
			const value = parsed.options[name];
			if (value !== undefined) Object.assign(options, { [name]: value });
		}
		options.lib = [
			...new Set([...options.lib!, ...(parsed.options.lib ?? [])]),
		];
		const types = (parsed.options.types ?? []).filter((name) => name !== "*");
		options.types = [...new Set([...options.types!, ...types])];
		// that no file is named is meant
		const errors = [error, ...parsed.errors].filter(
			(found) =>
				found !== undefined && found.code !== 18002 && found.code !== 18003,
		);
		complaints.push(
			...errors.map(
				(found) =>
					`${path}: ${typescript.flattenDiagnosticMessageText(found?.messageText, "\n")}`,
			),
		);
	}
	const stamp = stampOf(paths);
	return { options, complaints, stamp, stale: () => stampOf(paths) !== stamp };
}
