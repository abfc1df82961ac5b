import type ts from "typescript";
import { typescript } from "./typescript.js";

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

function declareWithLet(node: ts.Statement): ts.Statement {
	if (
		!typescript.isVariableStatement(node) ||
		!(node.declarationList.flags & typescript.NodeFlags.Const) ||
		node.modifiers?.length
	) {
		return node;
	}
	const { factory } = typescript;
	const list = factory.createVariableDeclarationList(
		node.declarationList.declarations,
		typescript.NodeFlags.Let,
	);
	return factory.updateVariableStatement(node, undefined, list);
}

/** Turns the top-level `const` of a cell into `let`, so that a later cell may declare the name anew. */
export function declareAnew(): ts.TransformerFactory<ts.SourceFile> {
	return () => (file) =>
		typescript.factory.updateSourceFile(
			file,
			file.statements.map(declareWithLet),
		);
}
