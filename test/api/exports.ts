/** What the doors of the library export, read from its declarations. */
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** One name of a door. */
export interface Exported {
	readonly name: string;
	/** Its doc comment; empty where there is none. */
	readonly text: string;
	/** Exported names in its declaration. */
	readonly named: readonly string[];
	readonly symbol: ts.Symbol;
	/** Types of this package in its declaration that no door exports. */
	readonly hidden: readonly string[];
}

const library = fileURLToPath(new URL("../../src/", import.meta.url));

/** The declarations of a door, such as `index`, as the build has written them. */
export const declarationsOf = (door: string): string =>
	`${library}${door}.d.ts`;

const unaliased = (checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol =>
	symbol.flags & ts.SymbolFlags.Alias
		? checker.getAliasedSymbol(symbol)
		: symbol;

/** The symbols of this package that a declaration names. */
function namedIn(checker: ts.TypeChecker, declaration: ts.Node): ts.Symbol[] {
	const found: ts.Symbol[] = [];
	const visit = (node: ts.Node): void => {
		const name = ts.isTypeReferenceNode(node)
			? node.typeName
			: ts.isExpressionWithTypeArguments(node)
				? node.expression
				: ts.isTypeQueryNode(node)
					? node.exprName
					: ts.isImportTypeNode(node)
						? node.qualifier
						: undefined;
		const symbol = name && checker.getSymbolAtLocation(name);
		if (symbol) found.push(unaliased(checker, symbol));
		ts.forEachChild(node, visit);
	};
	visit(declaration);
	return found.filter(
		({ flags, declarations }) =>
			!(flags & ts.SymbolFlags.TypeParameter) &&
			declarations?.some(({ parent, getSourceFile }) => {
				const file = getSourceFile.call(declarations[0]).fileName;
				return file.startsWith(library) && ts.isSourceFile(parent);
			}),
	);
}

/** All names of some doors, by door. */
export function exportsOf(
	...doors: readonly string[]
): Map<string, readonly Exported[]> {
	const program = ts.createProgram(doors.map(declarationsOf), {
		module: ts.ModuleKind.NodeNext,
		moduleResolution: ts.ModuleResolutionKind.NodeNext,
		skipLibCheck: true,
		types: [],
	});
	const checker = program.getTypeChecker();
	const symbolsOf = (door: string): ts.Symbol[] => {
		const file = program.getSourceFile(declarationsOf(door));
		const module = file && checker.getSymbolAtLocation(file);
		return module ? checker.getExportsOfModule(module) : [];
	};
	const known = new Set(
		doors.flatMap(symbolsOf).map((symbol) => unaliased(checker, symbol)),
	);
	const read = (symbol: ts.Symbol): Exported => {
		const own = unaliased(checker, symbol);
		const inside = (own.declarations ?? []).flatMap((declaration) =>
			namedIn(checker, declaration),
		);
		const hidden = inside.filter((named) => !known.has(named));
		const named = inside.filter((named) => known.has(named));
		const text = ts.displayPartsToString(own.getDocumentationComment(checker));
		return {
			name: symbol.name,
			text,
			named: [...new Set(named.map(({ name }) => name))],
			symbol: own,
			hidden: [...new Set(hidden.map(({ name }) => name))],
		};
	};
	return new Map(doors.map((door) => [door, symbolsOf(door).map(read)]));
}
