/** Where a string ends that begins at a position. */
function endOfString(text: string, start: number): number {
	let at = start + 1;
	while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
	return at + 1;
}

/** The text with null for the numbers that JSON has none of; strings stay as they are. */
function plain(text: string): string {
	const tokens = /"|-?Infinity|NaN/g;
	let done = "";
	let copied = 0;
	for (let found = tokens.exec(text); found; found = tokens.exec(text)) {
		if (found[0] === '"') {
			tokens.lastIndex = endOfString(text, found.index);
			continue;
		}
		done += `${text.slice(copied, found.index)}null`;
		copied = tokens.lastIndex;
	}
	return done + text.slice(copied);
}

/**
 * What a text of JSON says; `NaN` and `Infinity`, as Python writes them, are null.
 *
 * Throws the `SyntaxError` of `JSON.parse` where something else is wrong.
 */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		try {
			return JSON.parse(plain(text));
		} catch {
			throw error;
		}
	}
}
