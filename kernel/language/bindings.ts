import type ts from "@tslab/typescript-for-tslab";
import { typescript } from "./typescript.js";

/** The names a cell declares at its top level. */
export interface CellNames {
	/** Variables, functions and classes: they live in the cell and can be assigned. */
	readonly locals: readonly string[];
	/** `import * as name`: they live in the cell and cannot be assigned. */
	readonly namespaces: readonly string[];
	/** Named and default imports: they live in the imported module. */
	readonly imports: readonly string[];
}

/** Reads the names from the `export { ... }` that tslab appends to every cell. */
export function cellNames(file: ts.SourceFile): CellNames {
	const exported: string[] = [];
	const namespaces = new Set<string>();
	const imports = new Set<string>();
	for (const statement of file.statements) {
		if (typescript.isExportDeclaration(statement) && statement.exportClause) {
			if (typescript.isNamedExports(statement.exportClause)) {
				exported.push(
					...statement.exportClause.elements.map(({ name }) => name.text),
				);
			}
		}
		if (!typescript.isImportDeclaration(statement)) continue;
		const clause = statement.importClause;
		if (clause?.name) imports.add(clause.name.text);
		const bindings = clause?.namedBindings;
		if (!bindings) continue;
		if (typescript.isNamespaceImport(bindings)) {
			namespaces.add(bindings.name.text);
		} else {
			for (const { name } of bindings.elements) imports.add(name.text);
		}
	}
	return {
		locals: exported.filter(
			(name) => !namespaces.has(name) && !imports.has(name),
		),
		namespaces: exported.filter((name) => namespaces.has(name)),
		imports: exported.filter((name) => imports.has(name)),
	};
}

function isVoidExport(statement: ts.Statement): boolean {
	if (!typescript.isExpressionStatement(statement)) return false;
	let value = statement.expression;
	while (
		typescript.isBinaryExpression(value) &&
		value.operatorToken.kind === typescript.SyntaxKind.EqualsToken
	) {
		value = value.right;
	}
	return value !== statement.expression && typescript.isVoidExpression(value);
}

/** The call in `Object.defineProperty(exports, name, { get })`, if the statement is one. */
function exportedGetter(
	statement: ts.Statement,
): ts.CallExpression | undefined {
	if (!typescript.isExpressionStatement(statement)) return undefined;
	const call = statement.expression;
	if (!typescript.isCallExpression(call)) return undefined;
	const [target] = call.arguments;
	const isDefine =
		typescript.isPropertyAccessExpression(call.expression) &&
		call.expression.name.text === "defineProperty" &&
		target !== undefined &&
		typescript.isIdentifier(target) &&
		target.text === "exports";
	return isDefine ? call : undefined;
}

/**
 * Rewrites what CommonJS does to `exports` into what the shared scope of all cells needs.
 *
 * `exports.a = exports.b = void 0` goes, because it would reset live variables, and
 * `Object.defineProperty(exports, ...)` becomes `$kernel.define(...)`, which later cells can undo.
 */
export function shareBindings(): ts.TransformerFactory<ts.SourceFile> {
	const { factory } = typescript;
	return () => (file) => {
		const statements = file.statements.flatMap((statement) => {
			if (isVoidExport(statement)) return [];
			const call = exportedGetter(statement);
			if (!call) return [statement];
			const [, name, descriptor] = call.arguments;
			if ((name as ts.StringLiteral).text === "__esModule") return [];
			const define = factory.createCallExpression(
				factory.createPropertyAccessExpression(
					factory.createIdentifier("$kernel"),
					"define",
				),
				undefined,
				[name!, descriptor!],
			);
			return [factory.createExpressionStatement(define)];
		});
		return factory.updateSourceFile(file, statements);
	};
}
