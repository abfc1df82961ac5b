import type ts from "typescript";
import { typescript } from "./typescript.js";

const { factory } = typescript;
const kernel = () => factory.createIdentifier("$kernel");
const member = (name: string) =>
	factory.createPropertyAccessExpression(kernel(), name);
const call = (name: string, ...args: ts.Expression[]) =>
	factory.createCallExpression(member(name), undefined, args);

/**
 * `if ($kernel.flag[0] !== $kernel.now.epoch) $kernel.stop();`, which for a debugger stands where the loop's body does: a
 * loop that does nothing else could not be paused.
 */
function interruptCheck({ pos }: ts.Statement): ts.Statement {
	const flag = factory.createElementAccessExpression(member("flag"), 0);
	const epoch = factory.createPropertyAccessExpression(member("now"), "epoch");
	const check = factory.createIfStatement(
		factory.createStrictInequality(flag, epoch),
		factory.createExpressionStatement(call("stop")),
	);
	return typescript.setSourceMapRange(check, { pos, end: pos });
}

function checked(body: ts.Statement): ts.Block {
	const statements = typescript.isBlock(body) ? body.statements : [body];
	return factory.createBlock([interruptCheck(body), ...statements], true);
}

function instrumentLoop(node: ts.IterationStatement): ts.IterationStatement {
	const body = checked(node.statement);
	if (typescript.isWhileStatement(node)) {
		return factory.updateWhileStatement(node, node.expression, body);
	}
	if (typescript.isDoStatement(node)) {
		return factory.updateDoStatement(node, body, node.expression);
	}
	if (typescript.isForStatement(node)) {
		const { initializer, condition, incrementor } = node;
		return factory.updateForStatement(
			node,
			initializer,
			condition,
			incrementor,
			body,
		);
	}
	if (typescript.isForInStatement(node)) {
		const { initializer, expression } = node;
		return factory.updateForInStatement(node, initializer, expression, body);
	}
	const { awaitModifier, initializer, expression } = node as ts.ForOfStatement;
	const items = awaitModifier ? call("iterate", expression) : expression;
	return factory.updateForOfStatement(
		node as ts.ForOfStatement,
		awaitModifier,
		initializer,
		items,
		body,
	);
}

/** Tells a name of the shared scope, which stands nowhere in the source. */
const isShared = (node: ts.Expression): boolean =>
	typescript.isPropertyAccessExpression(node) &&
	typescript.isIdentifier(node.expression) &&
	node.expression.text === "exports" &&
	node.expression.pos < 0;

const isRequire = (node: ts.Expression) =>
	typescript.isIdentifier(node) && node.text === "require";

function instrumentExpression(node: ts.Node): ts.Node {
	if (typescript.isAwaitExpression(node)) {
		const settled = factory.updateAwaitExpression(
			node,
			call("wait", node.expression),
		);
		return call("resume", settled);
	}
	if (typescript.isMetaProperty(node) && node.name.text === "meta") {
		return member("meta");
	}
	if (!typescript.isCallExpression(node)) return node;
	if (node.expression.kind === typescript.SyntaxKind.ImportKeyword) {
		return call("import", ...node.arguments);
	}
	if (isRequire(node.expression)) return call("require", ...node.arguments);
	if (!isShared(node.expression)) return node;
	const callee = factory.createParenthesizedExpression(
		factory.createComma(
			factory.createNumericLiteral(0),
			node.expression as ts.PropertyAccessExpression,
		),
	);
	return factory.updateCallExpression(node, callee, undefined, node.arguments);
}

/**
 * Makes code interruptible and its awaits traceable, before it is compiled.
 *
 * Loops check the interrupt flag; `await x` becomes `$kernel.resume(await $kernel.wait(x))`, which
 * returns to the context (the cell) that began to wait; `import()`, `import.meta` and `require()` go
 * through the kernel; and calls of earlier cells' functions lose their accidental `this`.
 */
export function instrument(): ts.TransformerFactory<ts.SourceFile> {
	return (context) => (file) => {
		const visit = (node: ts.Node): ts.Node => {
			if (typescript.isTypeNode(node)) {
				// a class extends an expression
				if (!typescript.isExpressionWithTypeArguments(node)) return node;
			}
			const visited = typescript.visitEachChild(node, visit, context);
			return typescript.isIterationStatement(visited, false)
				? instrumentLoop(visited)
				: instrumentExpression(visited);
		};
		return typescript.visitEachChild(file, visit, context);
	};
}
