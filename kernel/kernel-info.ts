import { typescript } from "./language/typescript.js";
import { packageVersion } from "./package-version.js";
import { type Content, protocolVersion } from "./protocol/message.js";

/** The content of a kernel_info_reply. */
export function kernelInfo(): Content {
	const version = packageVersion();
	return {
		status: "ok",
		protocol_version: protocolVersion,
		implementation: "robust-transfer",
		implementation_version: version,
		language_info: {
			name: "typescript",
			version: typescript.version,
			mimetype: "text/x-typescript",
			file_extension: ".ts",
			pygments_lexer: "typescript",
			// the three names under which JupyterLab and classic Notebook find the highlighter
			codemirror_mode: {
				mode: "typescript",
				name: "javascript",
				typescript: true,
			},
			nbconvert_exporter: "script",
		},
		banner: `robust-transfer ${version}: TypeScript ${typescript.version} on Node.js ${process.versions.node}`,
		help_links: [
			{
				text: "TypeScript handbook",
				url: "https://www.typescriptlang.org/docs/handbook/intro.html",
			},
		],
		supported_features: ["debugger"],
		debugger: true,
	};
}
