/** The command that fetches data, to be named in an error: a script of `robust-transfer-data` and its arguments. */
export const fetchCommand = (...words: readonly string[]): string =>
	["npx robust-transfer-data", ...words].join(" ");
