import type ts from "@tslab/typescript-for-tslab";
import { type CellNames, cellNames, shareBindings } from "./bindings.js";
import { instrument } from "./instrument.js";
import { splitSourceMap } from "./source-map.js";
import { typescript } from "./typescript.js";

/** CommonJS made from one cell or one local module. */
export interface Emitted {
	readonly code: string;
	/** Absolute path of the source; a cell's ends in `__tslab__.ts`. */
	readonly source: string;
	/** Source maps from this code back to the TypeScript, last emit first. */
	readonly maps: readonly [string, string];
	readonly names: CellNames;
	/** Whether anything outside of functions awaits. */
	readonly isAsync: boolean;
}

function awaits(node: ts.Node): boolean {
	if (typescript.isFunctionLike(node)) return false;
	if (typescript.isAwaitExpression(node)) return true;
	if (typescript.isForOfStatement(node) && node.awaitModifier) return true;
	return typescript.forEachChild(node, awaits) ?? false;
}

const compilerOptions: ts.CompilerOptions = {
	module: typescript.ModuleKind.CommonJS,
	esModuleInterop: true,
	target: typescript.ScriptTarget.ES2022,
	newLine: typescript.NewLineKind.LineFeed,
	noImplicitUseStrict: true,
	sourceMap: true,
};

/** Compiles an ES module that carries an inline source map to instrumented CommonJS. */
export function emitCommonJs(module: string, source: string): Emitted {
	const { code, map } = splitSourceMap(module);
	const isCell = source.endsWith("__tslab__.ts");
	const fileName = "module.js";
	const { outputText, sourceMapText } = typescript.transpileModule(code, {
		fileName,
		compilerOptions,
		transformers: {
			before: [instrument(isCell)],
			after: isCell ? [shareBindings()] : [],
		},
	});
	const parsed = typescript.createSourceFile(
		fileName,
		code,
		typescript.ScriptTarget.ES2022,
	);
	return {
		code: outputText.replace(/\/\/# sourceMappingURL=\S+\s*$/, ""),
		source,
		maps: [sourceMapText ?? "", map],
		names: cellNames(parsed),
		isAsync: awaits(parsed),
	};
}
