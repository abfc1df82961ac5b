import type ts from "typescript";
import { typescript } from "./typescript.js";

const { factory, SymbolFlags } = typescript;

/** The names a cell declares at its top level. */
export interface CellNames {
	/** Variables, functions and classes: they live in the cell and can be assigned. */
	readonly locals: readonly string[];
	/** `import * as name`: they live in the cell and cannot be assigned. */
	readonly namespaces: readonly string[];
	/** Named and default imports: they live in the imported module. */
	readonly imports: readonly string[];
}

/** What a symbol stands for, imports followed to what they import. */
export function meaningOf(
	checker: ts.TypeChecker,
	symbol: ts.Symbol,
): ts.SymbolFlags {
	return symbol.flags & SymbolFlags.Alias
		? checker.getAliasedSymbol(symbol).flags
		: symbol.flags;
}

/** Sorts the names of a cell by where their values live; types have none. */
export function sortNames(
	checker: ts.TypeChecker,
	symbols: Iterable<ts.Symbol>,
): CellNames {
	const names = {
		locals: [] as string[],
		namespaces: [] as string[],
		imports: [] as string[],
	};
	for (const symbol of symbols) {
		const { name } = symbol;
		const [declaration] = symbol.declarations ?? [];
		if (!(symbol.flags & SymbolFlags.Alias)) {
			if (symbol.flags & SymbolFlags.Value) names.locals.push(name);
			continue;
		}
		const target = meaningOf(checker, symbol);
		const isType = !(target & SymbolFlags.Value) && target & SymbolFlags.Type;
		if (isType || !declaration) continue;
		if (typescript.isTypeOnlyImportOrExportDeclaration(declaration)) continue;
		const isNamespace =
			typescript.isNamespaceImport(declaration) ||
			typescript.isImportEqualsDeclaration(declaration);
		names[isNamespace ? "namespaces" : "imports"].push(name);
	}
	return names;
}

/** Calls back with each name in a file that is looked up, and what it stands for. */
export function eachReference(
	file: ts.SourceFile,
	checker: ts.TypeChecker,
	found: (symbol: ts.Symbol, node: ts.Identifier) => void,
): void {
	const visit = (node: ts.Node): void => {
		if (typescript.isIdentifier(node)) {
			const symbol = symbolOf(node, checker);
			if (symbol) found(symbol, node);
		}
		typescript.forEachChild(node, visit);
	};
	visit(file);
}

/** The symbol an identifier stands for; in `{ steps }`, the variable rather than the property. */
function symbolOf(
	node: ts.Identifier,
	checker: ts.TypeChecker,
): ts.Symbol | undefined {
	return node.parent && typescript.isShorthandPropertyAssignment(node.parent)
		? checker.getShorthandAssignmentValueSymbol(node.parent)
		: checker.getSymbolAtLocation(node);
}

/** Types, which leave nothing in the emitted code; what a class extends is not one of them. */
const isErased = (node: ts.Node) =>
	(typescript.isTypeNode(node) &&
		!typescript.isExpressionWithTypeArguments(node)) ||
	typescript.isInterfaceDeclaration(node) ||
	typescript.isTypeAliasDeclaration(node) ||
	typescript.isImportDeclaration(node) ||
	typescript.isExportDeclaration(node);

const inScope = (name: string) =>
	factory.createPropertyAccessExpression(
		factory.createIdentifier("exports"),
		name,
	);

/**
 * Reads names of earlier cells from the scope that all cells share: `lr` becomes `exports.lr`.
 *
 * `{ steps }` becomes `{ steps: exports.steps }`.
 */
export function shareScope(
	checker: ts.TypeChecker,
	isEarlier: (symbol: ts.Symbol) => boolean,
): ts.TransformerFactory<ts.SourceFile> {
	const isShared = (node: ts.Identifier) => {
		const symbol = symbolOf(node, checker);
		return symbol !== undefined && isEarlier(symbol);
	};
	return (context) => {
		const visit = (node: ts.Node): ts.Node => {
			if (isErased(node)) return node;
			if (typescript.isIdentifier(node)) {
				return isShared(node)
					? typescript.setTextRange(inScope(node.text), node)
					: node;
			}
			if (
				!typescript.isShorthandPropertyAssignment(node) ||
				!isShared(node.name)
			) {
				return typescript.visitEachChild(node, visit, context);
			}
			const { name, objectAssignmentInitializer: fallback } = node;
			const value = fallback
				? factory.createAssignment(
						inScope(name.text),
						typescript.visitNode(fallback, visit) as ts.Expression,
					)
				: inScope(name.text);
			const property = factory.createPropertyAssignment(name.text, value);
			return typescript.setTextRange(property, node);
		};
		return (file) => typescript.visitEachChild(file, visit, context);
	};
}

/** Hands the value of the last statement, if that is an expression, to `$kernel.result`. */
export function takeResult(): ts.TransformerFactory<ts.SourceFile> {
	return () => (file) => {
		const last = file.statements.findLastIndex(
			(statement) => !typescript.isExportDeclaration(statement),
		);
		const statements = file.statements.map((statement, i) => {
			if (i !== last || !typescript.isExpressionStatement(statement)) {
				return statement;
			}
			const result = factory.createCallExpression(
				factory.createPropertyAccessExpression(
					factory.createIdentifier("$kernel"),
					"result",
				),
				undefined,
				[statement.expression],
			);
			return factory.updateExpressionStatement(statement, result);
		});
		return factory.updateSourceFile(file, statements);
	};
}
