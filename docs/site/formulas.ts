/** Formulas of Markdown, which browsers draw without a script. */
import temml from "temml";

const codeOrFormula =
	/(```[\s\S]*?```|`[^`\n]*`)|\$\$([\s\S]+?)\$\$|\$(?!\s)((?:\\.|[^$\\\n])+?)(?<!\s)\$(?!\d)/g;

const mathml = (tex: string, displayMode: boolean): string =>
	`<span v-pre>${temml.renderToString(tex, { displayMode, throwOnError: true })}</span>`;

/** Markdown with its formulas as MathML; code stays, and TeX that cannot be read is an error. */
export const withFormulas = (markdown: string): string =>
	markdown.replaceAll(
		codeOrFormula,
		(all, code?: string, displayed?: string, inline?: string) => {
			if (code !== undefined) return code;
			return displayed === undefined
				? mathml(inline ?? all, false)
				: mathml(displayed.trim(), true);
		},
	);
