import type ts from "typescript";
import { typescript } from "./typescript.js";

/** Tells `exports.a = exports.b = void 0`, which stands nowhere in the source. */
function isVoidExport(statement: ts.Statement): boolean {
	if (typescript.getOriginalNode(statement).pos >= 0) return false;
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

const { factory } = typescript;

/** `$kernel.define(name, descriptor)` */
const define = (name: ts.Expression, descriptor: ts.Expression) =>
	factory.createExpressionStatement(
		factory.createCallExpression(
			factory.createPropertyAccessExpression(
				factory.createIdentifier("$kernel"),
				"define",
			),
			undefined,
			[name, descriptor],
		),
	);

/** The names of default imports, which CommonJS copies once rather than reads through. */
function defaultImports(file: ts.SourceFile): Set<string> {
	const original = typescript.getOriginalNode(file) as ts.SourceFile;
	return new Set(
		original.statements.flatMap((statement) =>
			typescript.isImportDeclaration(statement)
				? (statement.importClause?.name?.text ?? [])
				: [],
		),
	);
}

/** `$kernel.define("name", { get: () => name })` for the `exports.name = name` of a default import. */
function readThrough(
	statement: ts.Statement,
	names: ReadonlySet<string>,
): ts.Statement | undefined {
	if (!typescript.isExpressionStatement(statement)) return undefined;
	const { expression } = statement;
	if (
		!typescript.isBinaryExpression(expression) ||
		!typescript.isPropertyAccessExpression(expression.left) ||
		!typescript.isIdentifier(expression.right) ||
		expression.left.name.text !== expression.right.text ||
		!names.has(expression.right.text)
	) {
		return undefined;
	}
	const { text } = expression.right;
	const none = undefined;
	const { right } = expression;
	const get = factory.createArrowFunction(none, none, [], none, none, right);
	const property = factory.createPropertyAssignment("get", get);
	return define(
		factory.createStringLiteral(text),
		factory.createObjectLiteralExpression([property]),
	);
}

/**
 * Rewrites what CommonJS does to `exports` into what the shared scope of all cells needs.
 *
 * `exports.a = exports.b = void 0` goes, because it would reset live variables;
 * `Object.defineProperty(exports, ...)` becomes `$kernel.define(...)`, which later cells can undo; and
 * default imports are read through to their module, as the others are.
 */
export function shareBindings(): ts.TransformerFactory<ts.SourceFile> {
	return () => (file) => {
		const defaults = defaultImports(file);
		const statements = file.statements.flatMap((statement) => {
			if (isVoidExport(statement)) return [];
			const call = exportedGetter(statement);
			if (!call) return [readThrough(statement, defaults) ?? statement];
			const [, name, descriptor] = call.arguments;
			if ((name as ts.StringLiteral).text === "__esModule") return [];
			return [define(name!, descriptor!)];
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
	const list = factory.createVariableDeclarationList(
		node.declarationList.declarations,
		typescript.NodeFlags.Let,
	);
	return factory.updateVariableStatement(node, undefined, list);
}

/** Turns the top-level `const` of a cell into `let`, so that a later cell may declare the name anew. */
export function declareAnew(): ts.TransformerFactory<ts.SourceFile> {
	return () => (file) =>
		factory.updateSourceFile(file, file.statements.map(declareWithLet));
}
