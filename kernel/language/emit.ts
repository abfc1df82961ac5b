import type ts from "typescript";
import { declareAnew, shareBindings } from "./bindings.js";
import { instrument } from "./instrument.js";
import type { CellNames } from "./names.js";
import { type BoundFile, typescript } from "./typescript.js";

/** CommonJS made from one cell or one local module, or the text of a local JSON file. */
export interface Emitted {
	readonly code: string;
	/** Absolute path of the source. */
	readonly source: string;
	/** Source maps from this code back to the source. */
	readonly maps: readonly string[];
	/** Whether anything outside of functions awaits. */
	readonly isAsync: boolean;
	/** The local files that the specifiers of its imports lead to. */
	readonly imports: ReadonlyMap<string, string>;
}

/** A compiled cell and the names it declares. */
export interface EmittedCell extends Emitted {
	readonly names: CellNames;
}

/** Whether anything outside of functions awaits. */
export function awaits(node: ts.Node): boolean {
	if (typescript.isFunctionLike(node)) return false;
	if (typescript.isAwaitExpression(node)) return true;
	if (typescript.isForOfStatement(node) && node.awaitModifier) return true;
	if (typescript.isVariableDeclarationList(node)) {
		const { AwaitUsing, BlockScoped } = typescript.NodeFlags;
		if ((node.flags & BlockScoped) === AwaitUsing) return true;
	}
	return typescript.forEachChild(node, awaits) ?? false;
}

/**
 * Emits one file of a program as CommonJS with its source map.
 *
 * The checker takes every file for an ES module, which is what they mean; only what is written is
 * CommonJS, whose variables and imports the kernel can share and renew.
 */
export function emitFile(
	program: ts.Program,
	file: BoundFile,
	before?: readonly ts.TransformerFactory<ts.SourceFile>[],
): { readonly code: string; readonly map: string } {
	const options = program.getCompilerOptions();
	const { module } = options;
	const { impliedNodeFormat } = file;
	let code = "";
	let map = "";
	options.module = typescript.ModuleKind.CommonJS;
	file.impliedNodeFormat = undefined;
	try {
		program.emit(
			file,
			(name, text) => {
				if (name.endsWith(".map")) map = text;
				else code = text.replace(/\/\/# sourceMappingURL=\S+\s*$/, "");
			},
			undefined,
			false,
			{
				before: [...(before ?? []), instrument()],
				after: before ? [shareBindings(), declareAnew()] : [],
			},
		);
	} finally {
		options.module = module;
		file.impliedNodeFormat = impliedNodeFormat;
	}
	return { code, map };
}
