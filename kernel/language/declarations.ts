import type ts from "@tslab/typescript-for-tslab";
import { typescript } from "./typescript.js";

function namesOf(statement: ts.Statement): string[] {
	if (typescript.isImportDeclaration(statement)) {
		const clause = statement.importClause;
		const bindings = clause?.namedBindings;
		const named = !bindings
			? []
			: typescript.isNamespaceImport(bindings)
				? [bindings.name.text]
				: bindings.elements.map(({ name }) => name.text);
		return clause?.name ? [clause.name.text, ...named] : named;
	}
	const { name } = statement as { name?: ts.Node };
	return name && typescript.isIdentifier(name) ? [name.text] : [];
}

function selectVariables(
	statement: ts.VariableStatement,
	file: ts.SourceFile,
	keep: (name: string) => boolean,
): string {
	const { declarations, flags } = statement.declarationList;
	const kept = declarations
		.filter(({ name }) => keep(name.getText(file)))
		.map((declaration) => declaration.getText(file));
	if (kept.length === 0) return "";
	const keyword = flags & typescript.NodeFlags.Const ? "const" : "let";
	return `declare ${keyword} ${kept.join(", ")};`;
}

function select(text: string, keep: (name: string) => boolean): string {
	const file = typescript.createSourceFile(
		"declarations.d.ts",
		text,
		typescript.ScriptTarget.Latest,
	);
	return file.statements
		.map((statement) => {
			if (typescript.isVariableStatement(statement)) {
				return selectVariables(statement, file, keep);
			}
			const names = namesOf(statement);
			return names.length === 0 || names.some(keep)
				? statement.getText(file)
				: "";
		})
		.filter((line) => line !== "")
		.join("\n");
}

/** The declarations after a cell that failed: what it did not reach keeps its earlier meaning. */
export function afterFailure(
	before: string,
	after: string,
	unreached: readonly string[],
): string {
	if (unreached.length === 0) return after;
	const missing = new Set(unreached);
	const kept = select(after, (name) => !missing.has(name));
	const restored = select(before, (name) => missing.has(name));
	return `${kept}\n${restored}`;
}

/** The import statements of local modules among the declarations of earlier cells. */
export function localImports(declarations: string): string {
	const file = typescript.createSourceFile(
		"declarations.d.ts",
		declarations,
		typescript.ScriptTarget.Latest,
	);
	return file.statements
		.filter(
			(statement) =>
				typescript.isImportDeclaration(statement) &&
				/^["']\.{0,2}\//.test(statement.moduleSpecifier.getText(file)),
		)
		.map((statement) => statement.getText(file))
		.join("\n");
}
