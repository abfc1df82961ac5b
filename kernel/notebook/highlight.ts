import { escapeHtml } from "../display/html.js";
import { typescript } from "../language/typescript.js";

const { SyntaxKind: Kind } = typescript;

function classOf(token: number): string {
	if (token >= Kind.FirstKeyword && token <= Kind.LastKeyword) return "keyword";
	if (
		token === Kind.StringLiteral ||
		(token >= Kind.FirstTemplateToken && token <= Kind.LastTemplateToken)
	) {
		return "string";
	}
	if (token === Kind.NumericLiteral || token === Kind.BigIntLiteral) {
		return "number";
	}
	const isComment =
		token === Kind.SingleLineCommentTrivia ||
		token === Kind.MultiLineCommentTrivia;
	return isComment ? "comment" : "";
}

/** TypeScript as HTML with spans of class keyword, string, number and comment. */
export function highlight(source: string): string {
	const scanner = typescript.createScanner(
		typescript.ScriptTarget.Latest,
		false,
		typescript.LanguageVariant.Standard,
		source,
	);
	// in a template, a closing brace goes on with the text rather than ending a block
	const braces: boolean[] = [];
	let html = "";
	while (true) {
		let token = scanner.scan();
		if (token === Kind.EndOfFileToken) return html;
		if (token === Kind.TemplateHead) braces.push(true);
		if (token === Kind.OpenBraceToken) braces.push(false);
		if (token === Kind.CloseBraceToken && braces.at(-1)) {
			token = scanner.reScanTemplateToken(false);
			if (token === Kind.TemplateTail) braces.pop();
		} else if (token === Kind.CloseBraceToken) braces.pop();
		const name = classOf(token);
		const text = escapeHtml(scanner.getTokenText());
		html += name === "" ? text : `<span class="${name}">${text}</span>`;
	}
}
