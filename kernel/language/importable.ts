import { readFileSync } from "node:fs";
import { join } from "node:path";
import type ts from "typescript";
import { projectRoot, stampOf } from "./host.js";
import { typescript } from "./typescript.js";

/** A name that a package exports. */
export interface Importable {
	readonly name: string;
	/** What it is, as completions call it: `function`, `const`, `class`, `interface`. */
	readonly kind: string;
	readonly specifier: string;
}

/** The file of types that a specifier leads to. */
type Resolve = (specifier: string, from: string) => string | undefined;

type Names = Map<string, string>;

const own = ["robust-transfer", "robust-transfer/parts"];
const mostFiles = 400;

const isExported = (statement: ts.Statement) =>
	typescript.canHaveModifiers(statement) &&
	(typescript
		.getModifiers(statement)
		?.some(({ kind }) => kind === typescript.SyntaxKind.ExportKeyword) ??
		false);

function declared(statement: ts.Statement): [name: string, kind: string][] {
	if (typescript.isVariableStatement(statement)) {
		return statement.declarationList.declarations.flatMap(({ name }) =>
			typescript.isIdentifier(name) ? [[name.text, "const"]] : [],
		);
	}
	const kinds: [(node: ts.Node) => boolean, string][] = [
		[typescript.isFunctionDeclaration, "function"],
		[typescript.isClassDeclaration, "class"],
		[typescript.isInterfaceDeclaration, "interface"],
		[typescript.isTypeAliasDeclaration, "type"],
		[typescript.isEnumDeclaration, "enum"],
		[typescript.isModuleDeclaration, "module"],
	];
	const { name } = statement as { name?: ts.Node };
	const kind = kinds.find(([is]) => is(statement))?.[1];
	return kind && name && typescript.isIdentifier(name)
		? [[name.text, kind]]
		: [];
}

/** The names that packages of a project export, read from their declarations alone. */
export class ImportableNames {
	readonly #files = new Map<string, Names>();
	#found: readonly Importable[] = [];
	#stamp = "";

	constructor(
		readonly folder: string,
		readonly resolve: Resolve,
	) {}

	/** What can be imported from this library and from the packages that the project's `package.json` names. */
	all(): readonly Importable[] {
		const path = join(projectRoot(this.folder), "package.json");
		const stamp = stampOf(path);
		if (stamp === this.#stamp) return this.#found;
		this.#stamp = stamp;
		this.#found = packagesOf(path).flatMap((specifier) => {
			const file = this.resolve(specifier, join(this.folder, "notebook.ts"));
			if (!file) return [];
			const names = this.#namesOf(file, { left: mostFiles, seen: new Set() });
			return [...names].map(([name, kind]) => ({ name, kind, specifier }));
		});
		return this.#found;
	}

	#namesOf(
		path: string,
		bound: { left: number; readonly seen: Set<string> },
	): Names {
		const known = this.#files.get(path);
		if (known) return known;
		const names: Names = new Map();
		if (bound.seen.has(path) || bound.left-- <= 0) return names;
		bound.seen.add(path);
		const text = typescript.sys.readFile(path) ?? "";
		const latest = typescript.ScriptTarget.Latest;
		const file = typescript.createSourceFile(path, text, latest);
		for (const statement of file.statements) {
			if (typescript.isExportDeclaration(statement)) {
				this.#readExport(statement, names, { path, bound });
			} else if (isExported(statement)) {
				for (const [name, kind] of declared(statement)) names.set(name, kind);
			}
		}
		names.delete("default");
		this.#files.set(path, names);
		return names;
	}

	#readExport(
		{ exportClause, moduleSpecifier }: ts.ExportDeclaration,
		names: Names,
		{
			path,
			bound,
		}: {
			readonly path: string;
			readonly bound: { left: number; readonly seen: Set<string> };
		},
	): void {
		const specifier =
			moduleSpecifier && typescript.isStringLiteral(moduleSpecifier)
				? moduleSpecifier.text
				: undefined;
		if (exportClause && typescript.isNamespaceExport(exportClause)) {
			names.set(exportClause.name.text, "module");
		} else if (exportClause) {
			for (const { name } of exportClause.elements)
				names.set(name.text, "alias");
		} else if (specifier !== undefined) {
			const next = this.resolve(specifier, path);
			if (!next) return;
			for (const [name, kind] of this.#namesOf(next, bound)) {
				if (!names.has(name)) names.set(name, kind);
			}
		}
	}
}

/** This library, then the packages that a `package.json` names, but those of types alone. */
function packagesOf(path: string): string[] {
	let named: object = {};
	try {
		const { dependencies, devDependencies } = JSON.parse(
			readFileSync(path, "utf8"),
		);
		named = { ...dependencies, ...devDependencies };
	} catch {}
	const others = Object.keys(named).filter(
		(name) => !name.startsWith("@types/") && name !== own[0],
	);
	return [...own, ...others.sort()];
}
