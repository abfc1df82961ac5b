import type ts from "@tslab/typescript-for-tslab";
import { typescript } from "./typescript.js";

const patched = new WeakSet<ts.TypeChecker>();

/** Lets a checker answer, for the name of a shorthand property, with the variable rather than the property. */
function resolveShorthand(checker: ts.TypeChecker): void {
	if (patched.has(checker)) return;
	patched.add(checker);
	const { getSymbolAtLocation } = checker;
	checker.getSymbolAtLocation = (node) => {
		const { parent } = node;
		return parent && typescript.isShorthandPropertyAssignment(parent)
			? checker.getShorthandAssignmentValueSymbol(parent)
			: getSymbolAtLocation(node);
	};
}

/**
 * Writes `{ steps }` as `{ steps: steps }` before a cell is emitted.
 *
 * tslab turns each identifier that an earlier cell declared into `exports.<name>`, which cannot stand in a
 * shorthand property: it leaves that as it is, and the name is not found when the cell runs.
 */
export function expandShorthand(
	program: ts.Program,
): ts.TransformerFactory<ts.SourceFile> {
	const { factory } = typescript;
	resolveShorthand(program.getTypeChecker());
	return (context) => {
		const visit = (node: ts.Node): ts.Node => {
			if (!typescript.isShorthandPropertyAssignment(node))
				return typescript.visitEachChild(node, visit, context);
			const { name, objectAssignmentInitializer: fallback } = node;
			const value = fallback
				? factory.createAssignment(
						name,
						typescript.visitNode(fallback, visit) as ts.Expression,
					)
				: name;
			const property = factory.createPropertyAssignment(name.text, value);
			return typescript.setTextRange(property, node);
		};
		return (file) => typescript.visitEachChild(file, visit, context);
	};
}
