/** The TypeScript in pages of Markdown, and what the compiler says of it. */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";

/** A snippet: the page, the line of its first line, and its text. */
export interface Snippet {
	readonly page: string;
	readonly line: number;
	readonly code: string;
}

/** The blocks marked as TypeScript of a page. */
export function snippetsOf(page: string): Snippet[] {
	const text = readFileSync(page, "utf8");
	return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({
		page,
		line: text.slice(0, match.index).split("\n").length + 1,
		code: match[1] as string,
	}));
}

/** The blocks of a page that goes on from one to the next, as one. */
export function together(snippets: readonly Snippet[]): Snippet[] {
	const [first] = snippets;
	if (!first) return [];
	let code = "";
	let line = first.line;
	for (const snippet of snippets) {
		code += "\n".repeat(Math.max(0, snippet.line - line)) + snippet.code;
		line = snippet.line + snippet.code.split("\n").length - 1;
	}
	return [{ ...first, code }];
}

const options: ts.CompilerOptions = {
	target: ts.ScriptTarget.ES2022,
	lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
	module: ts.ModuleKind.NodeNext,
	moduleResolution: ts.ModuleResolutionKind.NodeNext,
	types: ["node"],
	strict: true,
	noEmit: true,
	skipLibCheck: true,
};

/** What is wrong in snippets, each a module beside its page, by page and line. */
export function problemsIn(snippets: readonly Snippet[]): string[] {
	const files = new Map(
		snippets.map((snippet): [string, Snippet] => {
			const { page, line } = snippet;
			return [resolve(join(dirname(page), `line-${line}-of-page.ts`)), snippet];
		}),
	);
	const host = ts.createCompilerHost(options, true);
	const { fileExists, readFile, getSourceFile } = host;
	const codeOf = (path: string) => files.get(resolve(path))?.code;
	host.fileExists = (path) => codeOf(path) !== undefined || fileExists(path);
	host.readFile = (path) => codeOf(path) ?? readFile(path);
	host.getSourceFile = (path, how, ...rest) => {
		const code = codeOf(path);
		return code === undefined
			? getSourceFile.call(host, path, how, ...rest)
			: ts.createSourceFile(path, `${code}\nexport {};\n`, how, true);
	};
	const program = ts.createProgram([...files.keys()], options, host);
	return [...files].flatMap(([path, { page, line }]) => {
		const file = program.getSourceFile(path);
		const found = [
			...program.getSyntacticDiagnostics(file),
			...program.getSemanticDiagnostics(file),
		];
		return found.map(({ messageText, start = 0 }) => {
			const at = file?.getLineAndCharacterOfPosition(start).line ?? 0;
			return `${page}:${line + at}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
		});
	});
}
